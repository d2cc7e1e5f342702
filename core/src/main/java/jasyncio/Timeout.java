package jasyncio;

import jasyncio.internal.base.Sneaky;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// A time limit for what runs inside it: see [Asyncio#timeout(double, Awaitable)].
///
/// When the time is over the task is cancelled; as the [CancelledError] comes out of the body it
/// becomes a [TimeoutException]. If somebody else cancelled the task, too, the cancellation wins.
/// Used by the task that runs the body, on the loop's thread. Python: `asyncio.Timeout`.
public final class Timeout {
  /* Overview
   * States:  CREATED -> ACTIVE -> EXPIRING -> EXPIRED     the timer ran, then the body ended
   *                     ACTIVE -> FINISHED                the body ended first
   * Whether the CancelledError is ours shows in the task's count of cancel requests: uncancel() must bring
   * it back to where it was on entry. CPython: timeouts.py.
   */
  private static final String NO_TASK =
      "Timeout should be used inside a task; use run(...) or createTask(...)";

  private enum State {
    CREATED,
    ACTIVE,
    EXPIRING,
    EXPIRED,
    FINISHED
  }

  /// A body that may change the limit.
  ///
  /// @param <X> the checked exceptions that it throws; [RuntimeException] for none
  @FunctionalInterface
  public interface Body<X extends Exception> {
    /// Runs the body; may suspend.
    ///
    /// @param timeout the limit, to reschedule it
    /// @throws X what the code throws
    void run(Timeout timeout) throws X;
  }

  private State state = State.CREATED;
  private double began = Double.NaN; // by the loop's clock; if not as it was made, on entry
  private double when; // seconds of the loop's clock; infinite for never
  private @Nullable Task<?> task;
  private @Nullable Coroutine<?> scope; // the generator in whose body it is
  private @Nullable Handle timer;
  private int cancelling; // of the task, on entry
  private @Nullable OwnRequest request; // while it is expiring
  private @Nullable Object limited; // the body, while it runs
  private @Nullable String reason;

  private Timeout(double when) {
    Times.checkNumber(when);
    this.when = when;
  }

  /// {@return a limit that begins now}
  ///
  /// @param delay seconds from now; infinite for none, to be set later
  /// @throws IllegalStateException if no loop runs here
  public static Timeout after(double delay) {
    Times.checkNumber(delay);
    var loop = Running.loop();
    if (loop == null) {
      throw new IllegalStateException(NO_TASK);
    }
    double now = loop.time();
    var timeout = new Timeout(now + delay);
    timeout.began = now;
    return timeout;
  }

  /// {@return a limit that begins now}
  ///
  /// @param delay from now; `null` for none, to be set later
  /// @throws IllegalStateException if no loop runs here
  public static Timeout after(@Nullable Duration delay) {
    return after(Times.seconds(delay));
  }

  /// {@return a limit that ends at a given time}
  ///
  /// @param when seconds of [EventLoop#time()]; infinite for none, to be set later
  public static Timeout at(double when) {
    return new Timeout(when);
  }

  /// Says why there is a limit: what the [TimeoutException] adds to its message, and
  /// [Cancellation#reason()] of what the limit cancels.
  ///
  /// <!-- given: String ask(String what) { return what; } -->
  ///
  /// ```java fragment
  /// timeout(2, limit -> {
  ///   limit.reason("the warehouse has to answer before the page is sent");
  ///   ask("warehouse");
  /// });
  /// ```
  ///
  /// The last one before the time is over counts. Python: `reason` of anyio's `fail_after`.
  ///
  /// @param reason the reason
  /// @return this
  public Timeout reason(String reason) {
    this.reason = Objects.requireNonNull(reason, "reason");
    return this;
  }

  /// {@return when the time is over, in seconds of [EventLoop#time()]; infinite for never}
  public double when() {
    return when;
  }

  /// Changes when the time is over.
  ///
  /// @param when seconds of [EventLoop#time()]; infinite for never
  /// @throws IllegalStateException unless the body runs and the time is not over
  public void reschedule(double when) {
    Times.checkNumber(when);
    if (state == State.CREATED) {
      throw new IllegalStateException("Timeout has not been entered");
    }
    if (state != State.ACTIVE) {
      throw new IllegalStateException(
          "Cannot change state of " + state.name().toLowerCase(Locale.ROOT) + " Timeout");
    }
    this.when = when;
    cancelTimer();
    if (when != Double.POSITIVE_INFINITY) {
      var loop = Running.getRunningLoop();
      timer =
          when <= loop.time() ? loop.callSoon(this::onTimeout) : loop.callAt(when, this::onTimeout);
    }
  }

  /// {@return whether the time was over before the body ended}
  public boolean expired() {
    return state == State.EXPIRING || state == State.EXPIRED;
  }

  private void onTimeout() {
    var t = Objects.requireNonNull(task);
    t.mark(Future.LIMITED);
    request =
        new OwnRequest(
            t, Cancellation.timeout(t, when - began, Objects.requireNonNull(limited), reason));
    state = State.EXPIRING;
    timer = null;
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /// Runs `body` within the limit. Suspends when the body does.
  ///
  /// @param <T> what it gives
  /// @param <X> what the body throws
  /// @param body what to run
  /// @return what it gives; throws what it throws
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over first; its cause is the [CancelledError]
  /// @throws IllegalStateException if the limit was used before, or the caller runs in no task
  public <T extends @Nullable Object, X extends Exception> T run(Awaitable<T, X> body)
      throws X, TimeoutException {
    return run(body, body);
  }

  private <T extends @Nullable Object, X extends Exception> T run(
      Awaitable<T, X> body, Object named) throws X, TimeoutException {
    Objects.requireNonNull(body, "body");
    enter(named);
    T value;
    try {
      value = body.await();
    } catch (Throwable e) {
      var error = Objects.requireNonNull(task).asCancellation(e);
      exit(error);
      throw Sneaky.sneak(error);
    }
    exit(null);
    return value;
  }

  /// Runs `body` within the limit.
  ///
  /// @param <X> what the body throws
  /// @param body what to run
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over first
  @LowPriorityInOverloadResolution
  public <X extends Exception> void run(Action<X> body) throws X, TimeoutException {
    run(CoroutineBody.of(body, "body"));
  }

  /// Runs a body that may change the limit.
  ///
  /// @param <X> what the body throws
  /// @throws X what the body throws
  <X extends Exception> void run(Body<X> body) throws X, TimeoutException {
    Objects.requireNonNull(body, "body");
    Action<X> limited = () -> body.run(this);
    run(limited.asAwaitable(), body);
  }

  private void enter(Object body) {
    if (state != State.CREATED) {
      throw new IllegalStateException("Timeout has already been entered");
    }
    var current = Running.task();
    if (current == null) {
      throw new IllegalStateException(NO_TASK);
    }
    task = current;
    limited = body;
    cancelling = current.cancelling();
    state = State.ACTIVE;
    if (Double.isNaN(began)) {
      began = current.getLoop().time();
    }
    reschedule(when);
    scope = Coroutine.enterScope();
  }

  /// Throws if the error of the body, if any, is to become another.
  private void exit(@Nullable Throwable error) throws TimeoutException {
    cancelTimer();
    limited = null;
    Coroutine.leaveScope(scope);
    if (state == State.EXPIRING) {
      state = State.EXPIRED;
      var t = Objects.requireNonNull(task);
      t.unmark(Future.LIMITED);
      int left = Objects.requireNonNull(request).takeBack();
      request = null;
      if (left <= cancelling && error != null) {
        if (error instanceof CancelledError) {
          throw timedOut(when - began, reason, error);
        }
        addTo(error);
      }
    } else {
      state = State.FINISHED;
    }
  }

  static TimeoutException timedOut(double limit, @Nullable String reason, Throwable cause) {
    var e = timedOut(limit, reason);
    e.initCause(cause);
    return e;
  }

  static TimeoutException timedOut(double limit, @Nullable String reason) {
    return new TimeoutException(
        "time limit of "
            + Times.text(limit)
            + " s is over"
            + (reason == null ? "" : ": " + reason));
  }

  /// The body put an error of its own in the place of the CancelledError: tells there why it was
  /// cancelled, and in the members of a group.
  private void addTo(Throwable error) {
    ExceptionGroup.walk(error, e -> e.addSuppressed(timedOut(when - began, reason)));
  }

  @Override
  public String toString() {
    var text = "<Timeout [" + state.name().toLowerCase(Locale.ROOT) + "]";
    return state == State.ACTIVE ? text + " when=" + when + ">" : text + ">";
  }
}
