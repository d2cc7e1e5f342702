package jasyncio;

import jasyncio.internal.base.Log;
import jasyncio.internal.base.Monitors;
import jasyncio.internal.jfr.FlightRecording;
import jasyncio.internal.jfr.UnhandledErrorEvent;
import jasyncio.internal.loop.Entry;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// Tells a loop's exception handler of errors that nobody else can get, and what the default one
/// says.
final class ErrorReports {
  /* Overview
   * The handler is called on the loop, or where the loop does not run. What another thread reports waits in
   * `pending` until then:
   *
   *   waiting -> told   by an entry that the thread sends; at the end of the run, if that comes first; by the thread
   *                     itself, if it sees that the loop does not run
   */
  private final EventLoop loop;
  private volatile @Nullable ExceptionHandler handler; // set by the loop's thread, asked by any
  private final Queue<ErrorContext> pending = new ConcurrentLinkedQueue<>(); // any thread

  ErrorReports(EventLoop loop) {
    this.loop = loop;
  }

  void setHandler(@Nullable ExceptionHandler handler) {
    this.handler = handler;
  }

  @Nullable ExceptionHandler handler() {
    return handler;
  }

  // ---- telling ----------------------------------------------------------------------------------

  /// What the default handler does. Any thread.
  void log(ErrorContext error) {
    Log.log(Level.ERROR, () -> text(error), error.exception());
  }

  /// Calls the handler, in the context of the task or callback concerned. What it throws is
  /// reported in turn, except [KeyboardInterrupt] and [SystemExit].
  void tell(ErrorContext error) {
    record(error);
    var h = handler;
    try {
      if (error.exception() != null) {
        Monitors.explained(error.exception());
      }
      if (h == null) {
        log(error);
      } else {
        inContextOf(error, () -> h.handle(loop, error));
      }
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      log(
          ErrorContext.of("Unhandled error in exception handler\nwhile handling: " + text(error))
              .exception(e));
    }
  }

  private static void record(ErrorContext error) {
    if (FlightRecording.isOn() && UnhandledErrorEvent.isWanted()) {
      var exception = error.exception();
      var task = error.task() != null || !(error.future() instanceof Task<?> t) ? error.task() : t;
      UnhandledErrorEvent.tell(
          error.message(),
          exception == null ? null : Describe.text(exception),
          task == null ? null : task.getName());
    }
  }

  private void inContextOf(ErrorContext error, Runnable code) {
    var wanted = contextOf(error);
    if (wanted == null || !loop.thread.isHere()) {
      code.run();
      return;
    }
    var outer = loop.context;
    loop.context = wanted;
    try {
      code.run();
    } finally {
      loop.context = outer;
    }
  }

  private static @Nullable Object contextOf(ErrorContext error) {
    if (error.task() != null) {
      return error.task().context;
    } else if (error.future() instanceof Task<?> task) {
      return task.context;
    }
    return error.handle() == null ? null : error.handle().context();
  }

  /// Calls the handler where an escaping interrupt must not unwind our own code.
  void tellOnLoop(ErrorContext error) {
    try {
      tell(error);
    } catch (KeyboardInterrupt | SystemExit e) {
      loop.core.escape(e);
    }
  }

  /// Calls the handler where nothing runs that an order to exit could end.
  private void tellOutside(ErrorContext error) {
    try {
      tell(error);
    } catch (KeyboardInterrupt | SystemExit e) {
      Log.log(Level.ERROR, "Exception ignored in an exception handler", e);
    }
  }

  /// A task, or a callback, keeps the loop from all else.
  ///
  /// @param below whether it waits below Java
  void tellBlocking(@Nullable Task<?> task, List<StackTraceElement> stack, boolean below) {
    var what = task == null ? "A callback" : task.toString();
    var error =
        ErrorContext.of(what + " blocks the event loop")
            .blockedAt(stack)
            .detail("instead", Advice.to(task, Advice.onBlocking(loop, stack, below)));
    tellOnLoop(task == null ? error : error.task(task));
  }

  // ---- other threads ----------------------------------------------------------------------------

  /// Calls the handler: on the loop if it runs, else here. Any thread.
  void tellFromAnywhere(ErrorContext error) {
    if (handler == null) {
      record(error);
      log(error);
      return;
    }
    // The loop tells what is there at the end of each run: so either it comes upon this one, or
    // we see that it does not run.
    pending.add(error);
    if (loop.isRunning() && !loop.thread.isHere()) {
      loop.core.send(
          new Entry() {
            @Override
            protected void run() {
              tellPending();
            }
          });
    } else {
      tellPending();
    }
  }

  void tellPending() {
    for (ErrorContext error; (error = pending.poll()) != null; ) {
      if (loop.thread.isHere()) {
        tellOnLoop(error);
      } else {
        tellOutside(error);
      }
    }
  }

  // ---- words ------------------------------------------------------------------------------------

  static String text(ErrorContext error) {
    var text = new StringBuilder(error.message());
    line(text, "future", error.future());
    stack(text, "handle created at", error.handleTraceback());
    line(text, "handle", error.handle());
    stack(text, "object created at", error.sourceTraceback());
    line(text, "task", error.task());
    stack(text, "blocked at", error.blockedAt());
    error.details().forEach((name, value) -> line(text, name, value));
    return text.toString();
  }

  private static void line(StringBuilder text, String key, @Nullable Object value) {
    if (value != null) {
      text.append('\n').append(key).append(": ").append(Describe.text(value));
    }
  }

  private static void stack(StringBuilder text, String key, List<StackTraceElement> stack) {
    if (!stack.isEmpty()) {
      text.append('\n').append(key).append(':').append(Describe.stack(stack));
    }
  }
}
