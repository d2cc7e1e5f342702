package jasyncio.generator;

import jasyncio.Coroutine;
import jasyncio.EventLoop;
import jasyncio.internal.base.AwaitedAt;
import jasyncio.internal.base.Sneaky;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// A generator as whoever iterates it sees it: an iterator over what its body yields.
///
/// @param <T> what it yields
@SuppressWarnings("IterableAndIterator") // as in Python: it is iterated once
abstract sealed class Cursor<T extends @Nullable Object>
    implements Iterator<T>, Iterable<T>, AutoCloseable permits Generator, AsyncGenerator {
  /* Overview
   * hasNext() can only know by asking the body for the next item, which is kept in `ahead` until it is taken.
   *
   * Nothing that the body's stack or the reclaimer holds leads back here, so that this object is unreachable
   * when nobody can iterate any more; the generator is then closed by the Reclaimer. While a method runs that
   * needs the stack, a reachability fence keeps it.
   */
  private static final Object NOTHING = new Object();

  final Frame frame;
  private @Nullable Object ahead = NOTHING;
  private @Nullable Reclaimer reclaimer; // once begun

  Cursor(Frame frame) {
    this.frame = frame;
  }

  // ---- iterating --------------------------------------------------------------------------------

  /// {@return this generator: it is iterated once}
  @Override
  public final Iterator<T> iterator() {
    return this;
  }

  /// Runs the body up to its next yield, unless that has been done already, and tells whether there
  /// is one. The item is kept for [#next()].
  ///
  /// @return whether there is another item; throws what the body throws
  /// @throws IllegalStateException if the body is running
  @Override
  public final boolean hasNext() {
    if (ahead == NOTHING) {
      if (!advance("hasNext", null, null)) {
        return false;
      }
      ahead = take();
    }
    return true;
  }

  /// Runs the body up to its next yield.
  ///
  /// @return the item; throws what the body throws
  /// @throws java.util.NoSuchElementException if the body has ended: it is a
  ///   [jasyncio.StopIteration], of an asynchronous generator a [StopAsyncIteration]
  /// @throws IllegalStateException if the body is running
  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // what the body yields
  public final T next() {
    if (ahead != NOTHING) {
      var item = ahead;
      ahead = NOTHING;
      return (T) item;
    }
    return resume(frame.kind == GeneratorKind.PLAIN ? "next" : "anext", null, null);
  }

  /// {@return the items as a sequential stream; closing the stream closes the generator}
  public final Stream<T> stream() {
    var items = Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED);
    return StreamSupport.stream(items, false).onClose(this::close);
  }

  /// Goes on with a value, or an error, for the yield where the body waits.
  @SuppressWarnings({"unchecked", "NullAway"}) // what the body yields
  final T resume(String method, @Nullable Object sent, @Nullable Throwable thrown) {
    if (ahead != NOTHING) {
      throw new IllegalStateException(
          method + "() after hasNext(): the item that it found must be taken by next() first");
    }
    if (!advance(method, sent, thrown)) {
      throw frame.stop();
    }
    return (T) take();
  }

  /// Runs the body up to its next yield: whether it yielded. What it throws comes out.
  final boolean advance(String method, @Nullable Object sent, @Nullable Throwable thrown) {
    var f = frame;
    f.ensureNotRunning(method);
    if (f.isEnded()) {
      if (thrown != null) {
        throw Sneaky.sneak(thrown);
      }
      return false;
    }
    if (f.isNew()) {
      if (thrown != null) {
        f.endBeforeBegin();
        throw Sneaky.sneak(thrown);
      }
      if (sent != null) {
        throw f.kind.sentTooEarly();
      }
      begin();
    }
    try {
      if (f.drive(sent, thrown)) {
        return true;
      }
      over();
    } catch (Throwable e) {
      takeBackBegin();
      throw e;
    } finally {
      Reference.reachabilityFence(this);
    }
    var error = f.takeError();
    if (error != null) {
      throw Sneaky.sneak(AwaitedAt.addResumed(error));
    }
    return false;
  }

  /// The item that [#advance] found.
  final @Nullable Object take() {
    if (ahead != NOTHING) {
      var item = ahead;
      ahead = NOTHING;
      return item;
    }
    return frame.takeItem();
  }

  private void begin() {
    reclaimer = Reclaimer.watch(this, new GeneratorStack(frame), EventLoop.running());
  }

  /// The body could not begin, because the caller's stack cannot be suspended: it is new again.
  private void takeBackBegin() {
    var s = frame.stack;
    if (s != null && s.isUntouched()) {
      frame.stack = null;
      over();
    }
  }

  private void over() {
    var r = reclaimer;
    if (r != null) {
      reclaimer = null;
      r.dismiss();
    }
  }

  // ---- ending -----------------------------------------------------------------------------------

  final void close(String method) {
    frame.ensureNotRunning(method);
    ahead = NOTHING;
    try {
      frame.close();
    } finally {
      if (frame.isEnded()) {
        over();
      }
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public abstract void close();

  // ---- inspection -------------------------------------------------------------------------------

  /// {@return the name: the one given, or one made from the body}
  public final String name() {
    return frame.name;
  }

  /// {@return what the body is doing; `SUSPENDED` at a yield}
  public final Coroutine.State state() {
    return frame.state();
  }

  @Override
  public String toString() {
    return frame.toString();
  }
}
