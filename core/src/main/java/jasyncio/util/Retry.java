package jasyncio.util;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.internal.base.Durations;
import jasyncio.internal.base.Interrupts;
import jasyncio.internal.base.Members;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// Tries again what has failed, after a pause that grows. Immutable: each method that sets
/// something gives another one.
///
/// ```java fragment
/// var retry = Retry.attempts(5).on(java.io.IOException.class).delay(0.1).maxDelay(10).deadline(60);
/// int answer = retry.run(() -> 42);
/// ```
///
/// Every [Exception] is tried again unless [#on] says otherwise; an [Error] never is, and so no
/// cancellation. Nor is what an attempt throws whose task was cancelled meanwhile, or whose thread
/// was interrupted. When it gives up, the last error comes out, the very object. Known from
/// `tenacity` and `backoff`.
public final class Retry {
  private static final Retry DEFAULTS =
      new Retry(1, 0.1, 2, 30, 0.5, Double.POSITIVE_INFINITY, e -> true, retry -> {}, null);

  private final int attempts;
  private final double delay;
  private final double factor;
  private final double maxDelay;
  private final double jitter;
  private final double deadline;
  private final Predicate<? super Exception> condition;
  private final Consumer<? super Failure> hook;
  private final @Nullable RandomGenerator random;

  private Retry(
      int attempts,
      double delay,
      double factor,
      double maxDelay,
      double jitter,
      double deadline,
      Predicate<? super Exception> condition,
      Consumer<? super Failure> hook,
      @Nullable RandomGenerator random) {
    this.attempts = attempts;
    this.delay = delay;
    this.factor = factor;
    this.maxDelay = maxDelay;
    this.jitter = jitter;
    this.deadline = deadline;
    this.condition = condition;
    this.hook = hook;
    this.random = random;
  }

  // ---- settings ---------------------------------------------------------------------------------

  /// {@return a retry that gives up after so many attempts} Pauses begin at 0.1 seconds, are
  /// doubled up to 30, and shortened by up to a half at random.
  ///
  /// @param attempts how many, the first one included
  /// @throws IllegalArgumentException if that is not positive
  public static Retry attempts(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be positive, not " + attempts);
    }
    var d = DEFAULTS;
    return new Retry(
        attempts, d.delay, d.factor, d.maxDelay, d.jitter, d.deadline, d.condition, d.hook, null);
  }

  /// Refuses what is no time: less than nothing, or not a number.
  private static void check(double seconds, String name) {
    if (!(seconds >= 0)) {
      throw new IllegalArgumentException(name + " must not be negative, but is " + seconds);
    }
  }

  /// {@return a retry that does not count; see [#deadline]}
  public static Retry forever() {
    return attempts(Integer.MAX_VALUE);
  }

  /// {@return one with another first pause}
  ///
  /// @param seconds how long
  /// @throws IllegalArgumentException if that is negative
  public Retry delay(double seconds) {
    check(seconds, "delay");
    return new Retry(
        attempts, seconds, factor, maxDelay, jitter, deadline, condition, hook, random);
  }

  /// {@return one with another first pause}
  ///
  /// @param delay how long
  public Retry delay(Duration delay) {
    return delay(Durations.seconds(delay, "delay"));
  }

  /// {@return one whose pauses grow by another factor}
  ///
  /// @param factor by which a pause is longer than the one before; 1 for equal ones
  /// @throws IllegalArgumentException if that is less than 1
  public Retry factor(double factor) {
    if (!(factor >= 1)) {
      throw new IllegalArgumentException("factor must be at least 1, not " + factor);
    }
    return new Retry(attempts, delay, factor, maxDelay, jitter, deadline, condition, hook, random);
  }

  /// {@return one whose pauses do not grow beyond that}
  ///
  /// @param seconds the longest pause
  /// @throws IllegalArgumentException if that is negative
  public Retry maxDelay(double seconds) {
    check(seconds, "maxDelay");
    return new Retry(attempts, delay, factor, seconds, jitter, deadline, condition, hook, random);
  }

  /// {@return one whose pauses do not grow beyond that}
  ///
  /// @param maxDelay the longest pause
  public Retry maxDelay(Duration maxDelay) {
    return maxDelay(Durations.seconds(maxDelay, "maxDelay"));
  }

  /// {@return one with another jitter: each pause is shortened by a random part of it, so that many
  /// that failed together do not come back together}
  ///
  /// @param part up to which part: 0 for none, 1 for anything down to no pause at all
  /// @throws IllegalArgumentException if it is not from 0 to 1
  public Retry jitter(double part) {
    return jitter(part, random);
  }

  /// {@return one with another jitter}
  ///
  /// @param part up to which part, from 0 to 1
  /// @param random where chance comes from; `null` for the thread's own
  /// @throws IllegalArgumentException if the part is not from 0 to 1
  public Retry jitter(double part, @Nullable RandomGenerator random) {
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException("jitter must be from 0 to 1, not " + part);
    }
    return new Retry(attempts, delay, factor, maxDelay, part, deadline, condition, hook, random);
  }

  /// {@return one that begins no attempt later than that} The one under way is not cut short: for
  /// that give it, or all of them, a `timeout`.
  ///
  /// @param seconds after the begin of the first attempt
  /// @throws IllegalArgumentException if that is negative
  public Retry deadline(double seconds) {
    check(seconds, "deadline");
    return new Retry(attempts, delay, factor, maxDelay, jitter, seconds, condition, hook, random);
  }

  /// {@return one that begins no attempt later than that}
  ///
  /// @param deadline after the begin of the first attempt
  public Retry deadline(Duration deadline) {
    return deadline(Durations.seconds(deadline, "deadline"));
  }

  /// {@return one that tries again after these exceptions only}
  ///
  /// @param types their classes
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public final Retry on(Class<? extends Exception>... types) {
    var all = Members.copy(Objects.requireNonNull(types, "types"), "type");
    return onlyIf(e -> all.stream().anyMatch(type -> type.isInstance(e)));
  }

  /// {@return one that tries again after exceptions that satisfy the condition only}
  ///
  /// @param condition which exceptions
  public Retry onlyIf(Predicate<? super Exception> condition) {
    Objects.requireNonNull(condition, "condition");
    return new Retry(attempts, delay, factor, maxDelay, jitter, deadline, condition, hook, random);
  }

  /// {@return one that calls `hook` before each pause} It may suspend; what it throws ends all.
  ///
  /// @param hook is told what has failed
  public Retry beforeRetry(Consumer<? super Failure> hook) {
    Objects.requireNonNull(hook, "hook");
    return new Retry(attempts, delay, factor, maxDelay, jitter, deadline, condition, hook, random);
  }

  /// An attempt that has failed and is followed by another.
  ///
  /// @param attempt its number, from 1 on
  /// @param error what it threw
  /// @param pause seconds until the next one
  public record Failure(int attempt, Exception error, double pause) {}

  // ---- running ----------------------------------------------------------------------------------

  /// Calls `body` until it succeeds. Suspends as it does, and in between.
  ///
  /// **Cancellation** ends the attempt or the pause; nothing is tried again then.
  ///
  /// @param <T> what it gives
  /// @param <X> what it throws
  /// @param body what to try; a lambda, since a future or a coroutine has but one outcome
  /// @return what it gives
  /// @throws X what the last attempt threw
  /// @throws IllegalStateException if no loop runs here
  public <T extends @Nullable Object, X extends Exception> T run(Awaitable<T, X> body) throws X {
    Objects.requireNonNull(body, "body");
    double end = Current.loop().time() + deadline;
    double pause = Math.min(delay, maxDelay);
    for (int attempt = 1; ; attempt++) {
      int cancelling = cancelling();
      try {
        return body.await();
      } catch (Exception e) {
        double jittered = pause * (1 - jitter * random().nextDouble());
        if (attempt >= attempts
            || cancelling() > cancelling
            || Interrupts.caused(e)
            || !condition.test(e)
            || Current.loop().time() + jittered > end) {
          throw e;
        }
        hook.accept(new Failure(attempt, e, jittered));
        Tasks.sleep(jittered);
      }
      pause = Math.min(pause * factor, maxDelay);
      if (attempt == Integer.MAX_VALUE - 1) {
        attempt--; // for ever
      }
    }
  }

  /// Calls `body` until it succeeds, as the other form does.
  ///
  /// @param <X> what it throws
  /// @param body what to try
  /// @throws X what the last attempt threw
  @LowPriorityInOverloadResolution
  public <X extends Exception> void run(Action<X> body) throws X {
    Objects.requireNonNull(body, "body");
    run(body.asAwaitable());
  }

  private static int cancelling() {
    var task = Current.task();
    return task == null ? 0 : task.cancelling();
  }

  private RandomGenerator random() {
    return random != null ? random : ThreadLocalRandom.current();
  }
}
