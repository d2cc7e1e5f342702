package jasyncio;

import jasyncio.internal.jfr.CancelEvent;
import jasyncio.internal.jfr.FlightRecording;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request to cancel: who asked whom, when, and why.
///
/// [CancelledError#cancellation()] and [Future#cancellation()] give it. What is cancelled because
/// somebody waits for it has the request that began it all, so [#target()] may be another task than
/// the one whose await has thrown. It keeps names, and nothing of the tasks and errors themselves;
/// any thread may read it.
///
/// ```java
/// import static jasyncio.Asyncio.*;
///
/// import jasyncio.CancelledError;
///
/// void main() {
///   run(() -> {
///     var task = createTask(() -> sleep(10), "report");
///     sleep(0);
///     task.cancel("the printer burns");
///     try {
///       await(task);
///     } catch (CancelledError e) {
///       IO.println(e.cancellation()); // report was cancelled by Task-1 ('the printer burns')
///     }
///   });
/// }
/// ```
///
/// asyncio has the message alone. Python: `source`, `reason` and `source_task` of `trio.Cancelled`.
public final class Cancellation {
  /* Overview
   * One object for each request, however many it is passed on to; it is made at once, and words are made of it when
   * somebody asks. A task that cancels others because it is cancelled itself leaves a chain, which is of bounded length:
   * what would be longer goes on with its first link.
   *
   * The reason is the message of the CancelledError, as in asyncio, unless asyncio has none there: `silent`.
   */

  /// By what kind of thing a cancellation was asked for.
  public enum Source {
    /// A call of `cancel`.
    CANCEL,
    /// A time limit that is over: [Timeout], [Asyncio#waitFor(Awaitable, double)].
    TIMEOUT,
    /// A [TaskGroup] that ends, because a task of it, or its body, has failed or was cancelled.
    TASK_GROUP,
    /// Ctrl-C, or an interrupt of the thread that called [Asyncio#run(Awaitable)].
    INTERRUPT,
    /// The end of [Asyncio#run(Awaitable)] or of the loop, which cancels what is left.
    SHUTDOWN
  }

  private static final int MAX_LINKS = 8;
  private static final String CLOSING_OF_GROUP = "the closing of the group";

  /// In the place of the number of a task: the name is that of a thread.
  private static final int THREAD = -1;

  private final Source source;
  private final @Nullable String reason;
  private final boolean silent; // the reason is no message
  private final @Nullable String by; // null: that of a task without a name is its number
  private final int byNumber;
  private final @Nullable String target; // likewise
  private final int targetNumber;
  private final @Nullable Object
      detail; // a Limit; in a group the class of an error; in debug mode where
  private final long nanos; // of the loop's clock
  private final @Nullable Cancellation cause;
  private final byte links; // how many causes follow

  private record Limit(double seconds, @Nullable Object naming) {}

  /// @param by a task, a thread, or a text
  /// @param target a task, or a text
  private Cancellation(
      Source source,
      EventLoop loop,
      Object by,
      Object target,
      @Nullable String reason,
      @Nullable Object detail) {
    this.source = source;
    this.reason = reason;
    this.silent = source != Source.CANCEL;
    this.by = givenName(by);
    this.byNumber = by instanceof Task<?> task ? task.number() : by instanceof Thread ? THREAD : 0;
    this.target = givenName(target);
    this.targetNumber = target instanceof Task<?> task ? task.number() : 0;
    this.detail = detail;
    this.nanos = loop.core.nanos();
    this.cause =
        by instanceof Task<?> task && (by != target || source == Source.TASK_GROUP)
            ? task.cancellationUnderWay()
            : null;
    this.links = (byte) (cause == null ? 0 : cause.links + 1);
    if (FlightRecording.isOn() && CancelEvent.isWanted()) {
      CancelEvent.tell(source.name(), target(), by(), reason);
    }
  }

  private static @Nullable String givenName(Object who) {
    return who instanceof Task<?> task
        ? task.givenName()
        : who instanceof Thread thread ? thread.getName() : (String) who;
  }

  /// The same, but for the message.
  private Cancellation(Cancellation other) {
    source = other.source;
    reason = other.reason;
    silent = true;
    by = other.by;
    byNumber = other.byNumber;
    target = other.target;
    targetNumber = other.targetNumber;
    detail = other.detail;
    nanos = other.nanos;
    cause = other.cause;
    links = other.links;
  }

  // ---- making -----------------------------------------------------------------------------------

  /// Whoever runs here calls `cancel`.
  static Cancellation request(Future<?> target, @Nullable String reason) {
    var loop = target.getLoop();
    var stack = loop.getDebug() ? Debug.callerStack() : null;
    var place = stack == null || stack.length == 0 ? null : stack[0];
    return new Cancellation(Source.CANCEL, loop, asker(), described(target), reason, place);
  }

  private static Object asker() {
    if (Running.loop() == null) {
      return Thread.currentThread();
    }
    var task = Running.task();
    return task != null ? task : "a callback";
  }

  private static Object described(Future<?> future) {
    return future instanceof Task<?> ? future : nameOf(future);
  }

  /// What [#target()] calls it.
  static String nameOf(Future<?> future) {
    return switch (future) {
      case Task<?> task -> task.getName();
      case Gather<?> _ -> "a gather";
      case DescribedFuture<?> described -> described.waitInfo().what();
      case RemoteCall<?> call -> call.what();
      default -> "a future";
    };
  }

  /// @param limited what was to end in time
  static Cancellation timeout(
      Future<?> target, double seconds, Object limited, @Nullable String reason) {
    var whom = described(target);
    return new Cancellation(
        Source.TIMEOUT,
        target.getLoop(),
        whom,
        whom,
        reason,
        new Limit(seconds, limited instanceof Future<?> _ ? null : CoroutineBody.naming(limited)));
  }

  /// A task of the group of `parent` has failed, or the body, which is the parent's.
  static Cancellation groupFailed(Task<?> parent, Task<?> failed, Throwable error) {
    return new Cancellation(
        Source.TASK_GROUP, parent.getLoop(), failed, parent, null, error.getClass());
  }

  /// Whoever runs here ends the group of `parent`.
  static Cancellation groupEnds(Task<?> parent) {
    return new Cancellation(Source.TASK_GROUP, parent.getLoop(), asker(), parent, null, null);
  }

  static Cancellation interrupt(Future<?> target, String by) {
    return new Cancellation(Source.INTERRUPT, target.getLoop(), by, described(target), null, null);
  }

  static Cancellation shutdown(EventLoop loop, String by) {
    return new Cancellation(Source.SHUTDOWN, loop, by, "what was left", null, null);
  }

  /// A [LoopGroup] is closed; one for all its loops.
  static Cancellation groupCloses(EventLoop loop) {
    return shutdown(loop, CLOSING_OF_GROUP);
  }

  /// That of an error which is handed on to `target`, with the error's message.
  static Cancellation again(Future<?> target, CancelledError error) {
    var cancellation = error.cancellation();
    if (cancellation == null) {
      return request(target, error.getMessage());
    }
    return error.getMessage() == null ? cancellation.silently() : cancellation;
  }

  /// The same without a message.
  Cancellation silently() {
    return message() == null ? this : new Cancellation(this);
  }

  /// To be the cause of another: itself, or if the chain would get too long, its first link.
  Cancellation link() {
    return links >= MAX_LINKS - 2 ? first() : this;
  }

  CancelledError toError() {
    return new CancelledError(message(), this);
  }

  // ---- the end of loops -------------------------------------------------------------------------

  /// Asks `task` to end, unless it cleans up already because the same run, loop or group of loops
  /// ends: word of that comes to it from its own loop, and by every call that waits for it.
  ///
  /// @return whether it is asked: `false` if it is done
  boolean reach(Future<?> task) {
    return Cancelling.cancelOnce(task, this);
  }

  /// Whether `future` was asked to end because of the same end of a run, a loop or a group.
  boolean hasReached(Future<?> future) {
    var before = future.done() ? null : future.cancellation();
    return before != null && source != Source.CANCEL && isShutdown() && first() == before.first();
  }

  /// Whether it all began with the end of a run, a loop or a group.
  boolean isShutdown() {
    return first().source == Source.SHUTDOWN;
  }

  /// Whether it all began with the closing of a group of loops.
  boolean isClosingOfGroup() {
    return isShutdown() && CLOSING_OF_GROUP.equals(first().by);
  }

  private Cancellation first() {
    var first = this;
    while (first.cause != null) {
      first = first.cause;
    }
    return first;
  }

  // ---- reading ----------------------------------------------------------------------------------

  /// The message of the [CancelledError].
  @Nullable String message() {
    return silent ? null : reason;
  }

  /// {@return by what kind of thing it was asked for}
  public Source source() {
    return source;
  }

  /// {@return who was asked to end: the name of a task, `the group of Task-2`, `a gather`, `future
  /// 'answer'`, or `a future` that has no name}
  public String target() {
    var name = target != null ? target : "Task-" + targetNumber;
    return source == Source.TASK_GROUP ? "the group of " + name : name;
  }

  /// {@return who asked: the name of a task, which is the one that failed for a group, and for a
  /// time limit the one that is limited; or `a callback`, `thread main`, `SIGINT`, `the end of
  /// run()`}
  public String by() {
    return byNumber == THREAD ? "thread " + by : by != null ? by : "Task-" + byNumber;
  }

  /// {@return what was given to [Future#cancel(String)] or [Timeout#reason]; `null` if nothing was}
  public @Nullable String reason() {
    return reason;
  }

  /// {@return when it was asked for, in seconds of [EventLoop#time()]}
  public double when() {
    return nanos / 1e9;
  }

  /// {@return why the one who asked did so: the cancellation of that one; `null` if it was not
  /// cancelled itself}
  public @Nullable Cancellation cause() {
    return cause;
  }

  /// {@return one line: `Task-5 was cancelled by Task-3 ('no longer needed')`}
  @Override
  public String toString() {
    return target() + " was cancelled" + (isFailure() ? ": " : " ") + words(reason);
  }

  private boolean isFailure() {
    return source == Source.TASK_GROUP && detail != null;
  }

  /// What is to be added to an error that tells already that `cancelled` was cancelled, and has a
  /// message.
  String addedTo(@Nullable String cancelled, @Nullable String message) {
    boolean known =
        source == Source.TASK_GROUP || source == Source.SHUTDOWN || target().equals(cancelled);
    return known ? words(message == null ? reason : null) : toString();
  }

  private String words(@Nullable String reason) {
    var text = new StringBuilder();
    if (isFailure()) {
      text.append(by())
          .append(" failed with ")
          .append(Describe.name(Objects.requireNonNull(detail)));
    } else if (detail instanceof Limit limit) {
      text.append("by its timeout of ").append(Times.text(limit.seconds)).append(" s");
      if (limit.naming != null) {
        text.append(" for ").append(Describe.name(limit.naming));
      }
    } else {
      boolean itself = byNumber > 0 && byNumber == targetNumber && source == Source.CANCEL;
      text.append("by ").append(itself ? "itself" : by());
      if (detail instanceof StackTraceElement place) {
        text.append(" at ").append(Describe.place(place));
      }
    }
    if (reason != null) {
      text.append(" (").append(Describe.value(reason)).append(')');
    }
    if (cause != null) {
      text.append(", because ").append(cause);
    }
    return text.toString();
  }
}
