package jasyncio.gevent;

import jasyncio.Future;
import jasyncio.WaitInfo;
import org.jspecify.annotations.Nullable;

/// One wait of one execution.
final class Waiter {
  final Execution execution;
  final Future<Boolean> future; // true: woken; false: its time is over
  boolean hadTurn; // the main program's: its turn has come
  private final String call;
  private final @Nullable Object what;

  /// A wait of whoever runs here.
  ///
  /// @param call what was called
  /// @param what on what
  Waiter(String call, @Nullable Object what) {
    this(Execution.current(), call, what);
  }

  Waiter(Execution execution, String call, @Nullable Object what) {
    this(execution, call, what, null);
  }

  /// @param info what it waits for; `null` for what `call` and `what` say
  Waiter(Execution execution, String call, @Nullable Object what, WaitInfo.@Nullable Source info) {
    this.execution = execution;
    this.call = call;
    this.what = what;
    this.future =
        execution
            .hub
            .loop()
            .createFuture(
                info != null ? info : () -> new WaitInfo(WaitInfo.Kind.OTHER, toString()));
    if (execution.task == null) {
      future.addDoneCallback(f -> execution.hub.turnOf(this));
    }
  }

  /// Waits until it is woken, which may have happened already.
  void await() {
    execution.await(this);
  }

  /// Lets those run who are ready now.
  static void letOthersRun(String call, @Nullable Object what) {
    var waiter = new Waiter(call, what);
    waiter.wake();
    waiter.await();
  }

  /// Waits until it is woken or `seconds` are over.
  ///
  /// @return whether it was woken
  boolean await(double seconds) {
    if (seconds == Double.POSITIVE_INFINITY) {
      return execution.await(this);
    }
    var timer = execution.hub.loop().callLater(seconds, () -> end(false));
    try {
      return execution.await(this);
    } finally {
      timer.cancel();
    }
  }

  void wake() {
    end(true);
  }

  void end(boolean woken) {
    if (!future.done()) {
      future.setResult(woken);
    }
  }

  /// Whether it was woken before its time was over, and before an error came.
  boolean wasWoken() {
    return future.done() && !future.cancelled() && future.exception() == null && future.result();
  }

  /// {@return what is waited for, for people}
  @Override
  public String toString() {
    return what == null ? call : call + " of " + what;
  }
}
