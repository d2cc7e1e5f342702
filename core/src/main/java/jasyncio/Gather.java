package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The future that [Asyncio#gather] returns: done when all its children are, or the first has
/// failed.
final class Gather<T extends @Nullable Object> extends Future<List<T>> {
  private List<Member> members; // one for each argument, those of the same one are the same
  private final boolean returnExceptions;
  private @Nullable Task<?> caller = Running.task();
  private int pending; // members that are not done, each counted once
  private @Nullable Cancellation cancelRequest;

  private Gather(
      EventLoop loop,
      Collection<? extends Awaitable<? extends T, ?>> arguments,
      boolean returnExceptions) {
    super(loop);
    this.returnExceptions = returnExceptions;
    this.members = new ArrayList<>(arguments.size());
    IdentityHashMap<Object, Member> known = null;
    var done = new ArrayList<Member>();
    for (var argument : arguments) {
      // The same future or coroutine may be passed twice; the same lambda is another call each
      // time.
      boolean hasIdentity = argument instanceof Future<?> || argument instanceof Coroutine<?>;
      var member = hasIdentity && known != null ? known.get(argument) : null;
      if (member == null) {
        Future<? extends T> child = Future.ensure(argument, loop);
        if (child != argument && child instanceof Task<?> task) {
          task.reportIfDestroyed = false;
        }
        member = new Member(child);
        if (hasIdentity) {
          if (known == null) {
            known = new IdentityHashMap<>();
          }
          known.put(argument, member);
        }
        pending++;
        if (child.done()) {
          done.add(member);
        } else {
          child.whenDone(member);
        }
      }
      members.add(member);
    }
    done.forEach(m -> childDone(m.child));
  }

  static <T extends @Nullable Object> Future<List<T>> of(
      EventLoop loop, Collection<? extends Awaitable<? extends T, ?>> arguments) {
    return arguments.isEmpty() ? empty(loop) : new Gather<T>(loop, arguments, false);
  }

  static Future<List<@Nullable Object>> returningExceptions(
      EventLoop loop, Collection<? extends Awaitable<?, ?>> arguments) {
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
      child.markRead();
      var error = child.cancelled() ? child.makeCancelledError() : child.peekException();
      if (error != null) {
        fail(error);
        release();
        return;
      }
    }
    if (pending == 0) {
      if (cancelRequest != null) {
        fail(
            child.cancelled()
                ? child.makeCancelledError()
                : new CancelledError(null, cancelRequest));
      } else {
        finish(results());
      }
      release();
    }
  }

  /// It is done, and keeps nobody any more, nor do those keep it that are not. If they fail, that
  /// failure is told by the first one.
  private void release() {
    if (pending > 0) {
      for (var member : members) {
        if (!member.child.done()) {
          member.child.forget(member);
          member.child.mark(EXCUSED);
        }
      }
    }
    members = List.of();
    caller = null;
  }

  @SuppressWarnings("unchecked") // with returnExceptions, T is Object
  private List<T> results() {
    var results = new ArrayList<T>(members.size());
    for (var member : members) {
      var child = member.child;
      if (child.cancelled()) {
        results.add((T) new CancelledError(child.cancelMessage(), child.cancellation()));
      } else {
        child.markRead();
        var error = child.peekException();
        results.add(error != null ? (T) error : child.result());
      }
    }
    return results;
  }

  /// Cancels the children that are not done; this future follows the first of them, or, if
  /// exceptions are results, when all are done.
  @Override
  public boolean cancel(@Nullable String message) {
    return !done() && super.cancel(message);
  }

  @Override
  boolean cancelBy(Cancellation cancellation) {
    return Cancelling.cancel(this, cancellation);
  }

  /// What it waits for at place `index`, or `null` behind the last.
  @Nullable Future<?> child(int index) {
    return index < members.size() ? members.get(index).child : null;
  }

  void noteCancelled(Cancellation cancellation) {
    cancelRequest = cancellation;
    note(cancellation);
  }

  @Override
  WaitInfo waitInfo() {
    return new WaitInfo(
        WaitInfo.Kind.TASKS, "gather(...), " + pending + " of " + members.size() + " not done");
  }

  @Override
  String kind() {
    return "_GatheringFuture";
  }

  private final class Member extends Entry implements Waits.Awaiter {
    private final Future<? extends T> child;

    Member(Future<? extends T> child) {
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
