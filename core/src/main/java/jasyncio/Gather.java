package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The future that [Asyncio#gather] returns: done when all its children are, or the first has
/// failed.
final class Gather<T extends @Nullable Object> extends Future<List<T>> {
  private final List<Future<? extends T>> children; // one for each argument, some perhaps the same
  private final boolean returnExceptions;
  private final @Nullable Task<?> caller = Asyncio.currentTask();
  private int pending; // children that are not done, each counted once
  private boolean cancelRequested;

  private Gather(
      EventLoop loop,
      Collection<? extends Awaitable<? extends T>> arguments,
      boolean returnExceptions) {
    super(loop);
    this.returnExceptions = returnExceptions;
    this.children = new ArrayList<>(arguments.size());
    IdentityHashMap<Object, Future<? extends T>> known = null;
    var done = new ArrayList<Future<? extends T>>();
    for (var argument : arguments) {
      // The same future or coroutine may be passed twice; the same lambda is another call each
      // time.
      boolean hasIdentity = argument instanceof Future<?> || argument instanceof Coroutine<?>;
      var child = hasIdentity && known != null ? known.get(argument) : null;
      if (child == null) {
        child = Asyncio.ensureFuture(argument, loop);
        if (child != argument && child instanceof Task<?> task) {
          task.reportIfDestroyed = false;
        }
        if (hasIdentity) {
          if (known == null) {
            known = new IdentityHashMap<>();
          }
          known.put(argument, child);
        }
        pending++;
        if (child.done()) {
          done.add(child);
        } else {
          child.whenDone(new ChildDone(child));
        }
      }
      children.add(child);
    }
    done.forEach(this::childDone);
  }

  static <T extends @Nullable Object> Future<List<T>> of(
      EventLoop loop, Collection<? extends Awaitable<? extends T>> arguments) {
    return arguments.isEmpty() ? empty(loop) : new Gather<T>(loop, arguments, false);
  }

  static Future<List<@Nullable Object>> returningExceptions(
      EventLoop loop, Collection<? extends Awaitable<?>> arguments) {
    return arguments.isEmpty() ? empty(loop) : new Gather<@Nullable Object>(loop, arguments, true);
  }

  private static <T extends @Nullable Object> Future<List<T>> empty(EventLoop loop) {
    var future = new Future<List<T>>(loop);
    future.setResult(new ArrayList<>());
    return future;
  }

  private void childDone(Future<? extends T> child) {
    pending--;
    if (done()) {
      child.markRead();
      return;
    }
    if (!returnExceptions) {
      if (child.cancelled()) {
        fail(child.makeCancelledError());
        return;
      }
      child.markRead();
      var error = child.peekException();
      if (error != null) {
        fail(error);
        return;
      }
    }
    if (pending == 0) {
      if (cancelRequested) {
        fail(child.cancelled() ? child.makeCancelledError() : new CancelledError());
      } else {
        finish(results());
      }
    }
  }

  @SuppressWarnings("unchecked") // with returnExceptions, T is Object
  private List<T> results() {
    var results = new ArrayList<T>(children.size());
    for (var child : children) {
      if (child.cancelled()) {
        var message = child.cancelMessage();
        results.add((T) new CancelledError(message == null ? "" : message));
      } else {
        child.markRead();
        var error = child.peekException();
        results.add(error != null ? (T) error : child.result());
      }
    }
    return results;
  }

  /// Cancels the children that are not done; this future follows when all of them are.
  @Override
  public boolean cancel(@Nullable String message) {
    if (done()) {
      return false;
    }
    boolean any = false;
    for (var child : children) {
      any |= child.cancel(message);
    }
    cancelRequested |= any;
    return any;
  }

  List<Future<? extends T>> children() {
    return Collections.unmodifiableList(children);
  }

  @Override
  String kind() {
    return "_GatheringFuture";
  }

  private final class ChildDone extends Entry implements Waits.Awaiter {
    private final Future<? extends T> child;

    ChildDone(Future<? extends T> child) {
      this.child = child;
    }

    @Override
    protected @Nullable Fiber turn() {
      if (child.failedOrCancelled()) {
        return IN_PLACE; // may start a thread, to watch over the error
      }
      childDone(child);
      return null;
    }

    @Override
    protected void run() {
      childDone(child);
    }

    @Override
    public @Nullable Future<?> awaiter() {
      return caller;
    }

    @Override
    public String toString() {
      return "gather.<locals>._done_callback()";
    }
  }
}
