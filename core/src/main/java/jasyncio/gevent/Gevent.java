package jasyncio.gevent;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.Task;
import jasyncio.internal.base.Sneaky;
import jasyncio.lowlevel.Lowlevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// gevent's functions: `import static jasyncio.gevent.Gevent.*;`.
///
/// They work in the main program, in greenlets, and in tasks of any loop. What they suspend is
/// whoever calls them; in the main program that means that the hub runs. In a callback of a loop
/// those that would suspend throw [IllegalStateException]. Python: the module `gevent`.
public final class Gevent {
  private Gevent() {}

  // ---- starting ---------------------------------------------------------------------------------

  /// Starts a greenlet. It runs as soon as those who are ready have run, and not before the caller
  /// waits.
  ///
  /// @param <T> what it gives
  /// @param body what it runs
  /// @return the greenlet
  public static <T extends @Nullable Object> Greenlet<T> spawn(Awaitable<T, ?> body) {
    var greenlet = new Greenlet<>(body);
    greenlet.start();
    return greenlet;
  }

  /// Starts a greenlet.
  ///
  /// @param body what it runs
  /// @return the greenlet
  @LowPriorityInOverloadResolution
  public static Greenlet<Void> spawn(Action<?> body) {
    var greenlet = Greenlet.of(body);
    greenlet.start();
    return greenlet;
  }

  /// Starts a greenlet after a while.
  ///
  /// @param <T> what it gives
  /// @param seconds from now
  /// @param body what it runs
  /// @return the greenlet
  public static <T extends @Nullable Object> Greenlet<T> spawnLater(
      double seconds, Awaitable<T, ?> body) {
    var greenlet = new Greenlet<>(body);
    greenlet.startLater(seconds);
    return greenlet;
  }

  /// Starts a greenlet after a while.
  ///
  /// @param seconds from now
  /// @param body what it runs
  /// @return the greenlet
  @LowPriorityInOverloadResolution
  public static Greenlet<Void> spawnLater(double seconds, Action<?> body) {
    var greenlet = Greenlet.of(body);
    greenlet.startLater(seconds);
    return greenlet;
  }

  /// Starts a greenlet after a while.
  ///
  /// @param <T> what it gives
  /// @param delay from now
  /// @param body what it runs
  /// @return the greenlet
  public static <T extends @Nullable Object> Greenlet<T> spawnLater(
      Duration delay, Awaitable<T, ?> body) {
    return spawnLater(Seconds.of(delay), body);
  }

  /// Starts a greenlet after a while.
  ///
  /// @param delay from now
  /// @param body what it runs
  /// @return the greenlet
  @LowPriorityInOverloadResolution
  public static Greenlet<Void> spawnLater(Duration delay, Action<?> body) {
    return spawnLater(Seconds.of(delay), body);
  }

  /// Starts what a greenlet is without its links, its outcome and its kill: a bare task of the
  /// hub's loop. Python: `spawn_raw`, a bare `greenlet.greenlet`.
  ///
  /// @param <T> what it gives
  /// @param body what it runs
  /// @return the task
  public static <T extends @Nullable Object> Task<T> spawnRaw(Awaitable<T, ?> body) {
    return Hub.get().loop().createTask(body);
  }

  /// Starts a bare task of the hub's loop.
  ///
  /// @param body what it runs
  /// @return the task
  @LowPriorityInOverloadResolution
  public static Task<Void> spawnRaw(Action<?> body) {
    return Hub.get().loop().createTask(body);
  }

  // ---- sleeping ---------------------------------------------------------------------------------

  /// Lets those run who are ready. Python: `gevent.sleep()`.
  public static void sleep() {
    sleep(0);
  }

  /// Sleeps. With 0 lets those run who are ready.
  ///
  /// @param seconds how long; at most 0 counts as 0
  /// @throws IllegalArgumentException if it is NaN
  public static void sleep(double seconds) {
    if (Double.isNaN(seconds)) {
      throw new IllegalArgumentException("a sleep must be a number of seconds, not NaN");
    }
    var me = Execution.current();
    if (seconds > 0) {
      new Waiter(me, "sleep", null).await(seconds);
    } else if (me.task != null) {
      me.pause();
    } else {
      Waiter.letOthersRun("sleep", null);
    }
  }

  /// Sleeps.
  ///
  /// @param duration how long
  public static void sleep(Duration duration) {
    sleep(Seconds.of(duration));
  }

  /// Waits until nobody else is ready and the hub would wait. For long calculations that let
  /// everything else go first.
  public static void idle() {
    var waiter = new Waiter("idle", null);
    Lowlevel.callWhenIdle(waiter.execution.hub.loop(), waiter::wake);
    waiter.await();
  }

  // ---- waiting ----------------------------------------------------------------------------------

  /// Waits until all of the greenlets have ended, well or not.
  ///
  /// @param <T> what they give
  /// @param greenlets the greenlets
  /// @return the greenlets, in the order in which they ended
  public static <T extends @Nullable Object> List<Greenlet<? extends T>> joinall(
      Collection<? extends Greenlet<? extends T>> greenlets) {
    return joinall(greenlets, WaitOptions.defaults());
  }

  /// Waits until all of the greenlets have ended, or the time is over.
  ///
  /// @param <T> what they give
  /// @param greenlets the greenlets
  /// @param timeout seconds to wait at most
  /// @return those that have ended, in this order
  public static <T extends @Nullable Object> List<Greenlet<? extends T>> joinall(
      Collection<? extends Greenlet<? extends T>> greenlets, double timeout) {
    return joinall(greenlets, WaitOptions.defaults().timeout(timeout));
  }

  /// Waits until all of the greenlets have ended, or the time is over.
  ///
  /// @param <T> what they give
  /// @param greenlets the greenlets
  /// @param timeout how long to wait at most
  /// @return those that have ended, in this order
  public static <T extends @Nullable Object> List<Greenlet<? extends T>> joinall(
      Collection<? extends Greenlet<? extends T>> greenlets, Duration timeout) {
    return joinall(greenlets, Seconds.of(timeout));
  }

  /// Waits until greenlets have ended.
  ///
  /// @param <T> what they give
  /// @param greenlets the greenlets
  /// @param options for how long at most, for how many of them, and whether the first error is
  ///   thrown
  /// @return those that have ended, in this order
  public static <T extends @Nullable Object> List<Greenlet<? extends T>> joinall(
      Collection<? extends Greenlet<? extends T>> greenlets, WaitOptions options) {
    Objects.requireNonNull(greenlets, "greenlets");
    Objects.requireNonNull(options, "options");
    var ended = new ArrayList<Greenlet<? extends T>>();
    try (var ready = new Ready<Greenlet<? extends T>>(greenlets, options)) {
      while (ready.hasNext()) {
        var greenlet = ready.next();
        if (options.raiseError() && greenlet.exception() != null) {
          throw Sneaky.rethrow(greenlet.exception());
        }
        ended.add(greenlet);
      }
    }
    return ended;
  }

  /// Waits until all of the objects are ready. Where a method inherited from `Object` hides the
  /// static import, write `Gevent.wait(...)`. For `gevent.wait()` without objects see
  /// [Hub#join(double)].
  ///
  /// @param <L> their type
  /// @param objects greenlets, events, results
  /// @return the objects, in the order in which they got ready
  public static <L extends Linkable> List<L> wait(Collection<? extends L> objects) {
    return wait(objects, WaitOptions.defaults());
  }

  /// Waits until objects are ready.
  ///
  /// @param <L> their type
  /// @param objects greenlets, events, results
  /// @param options for how long at most, and for how many of them
  /// @return those that are ready, in this order
  public static <L extends Linkable> List<L> wait(
      Collection<? extends L> objects, WaitOptions options) {
    var ready = new ArrayList<L>();
    for (L object : Gevent.<L>iwait(objects, options)) {
      ready.add(object);
    }
    return ready;
  }

  /// Gives the objects as they get ready.
  ///
  /// @param <L> their type
  /// @param objects greenlets, events, results
  /// @return the objects, in the order in which they get ready; suspends until the next one is
  public static <L extends Linkable> Iterable<L> iwait(Collection<? extends L> objects) {
    return iwait(objects, WaitOptions.defaults());
  }

  /// Gives objects as they get ready.
  ///
  /// An iterator belongs to the greenlet that asked for it. Whoever does not iterate to the end
  /// stays linked to the others until they are ready.
  ///
  /// @param <L> their type
  /// @param objects greenlets, events, results
  /// @param options for how long at most, from when the iteration begins, and for how many
  /// @return the objects, in the order in which they get ready
  public static <L extends Linkable> Iterable<L> iwait(
      Collection<? extends L> objects, WaitOptions options) {
    Objects.requireNonNull(objects, "objects");
    Objects.requireNonNull(options, "options");
    return () -> new Ready<L>(objects, options);
  }

  /// Runs `body` for a limited time.
  ///
  /// @param <T> what it gives
  /// @param <X> what the body throws
  /// @param seconds the time
  /// @param body what to run
  /// @return what it gives; throws what it throws
  /// @throws X what the body throws
  /// @throws Timeout if the time is over first
  public static <T extends @Nullable Object, X extends Exception> T withTimeout(
      double seconds, Awaitable<T, X> body) throws X {
    return new Timeout(seconds).run(body);
  }

  /// Runs `body` for a limited time.
  ///
  /// @param <X> what the body throws
  /// @param seconds the time
  /// @param body what to run
  /// @throws X what the body throws
  /// @throws Timeout if the time is over first
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void withTimeout(double seconds, Action<X> body) throws X {
    withTimeout(seconds, body.asAwaitable());
  }

  /// Runs `body` for a limited time, with something else to give if that is over.
  ///
  /// @param <T> what it gives
  /// @param <X> what the body throws
  /// @param seconds the time
  /// @param body what to run
  /// @param timeoutValue what to give if the time is over first
  /// @return what it gives, or `timeoutValue`; throws what it throws
  /// @throws X what the body throws
  public static <T extends @Nullable Object, X extends Exception> T withTimeout(
      double seconds, Awaitable<T, X> body, T timeoutValue) throws X {
    var limit = new Timeout(seconds);
    try {
      return limit.run(body);
    } catch (Timeout e) {
      if (e == limit) {
        return timeoutValue;
      }
      throw e;
    }
  }

  /// Runs `body` for a limited time.
  ///
  /// @param <T> what it gives
  /// @param <X> what the body throws
  /// @param duration the time
  /// @param body what to run
  /// @return what it gives; throws what it throws
  /// @throws X what the body throws
  /// @throws Timeout if the time is over first
  public static <T extends @Nullable Object, X extends Exception> T withTimeout(
      Duration duration, Awaitable<T, X> body) throws X {
    return withTimeout(Seconds.of(duration), body);
  }

  /// Runs `body` for a limited time.
  ///
  /// @param <X> what the body throws
  /// @param duration the time
  /// @param body what to run
  /// @throws X what the body throws
  /// @throws Timeout if the time is over first
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void withTimeout(Duration duration, Action<X> body) throws X {
    withTimeout(Seconds.of(duration), body);
  }

  /// Runs `body` for a limited time, with something else to give if that is over.
  ///
  /// @param <T> what it gives
  /// @param <X> what the body throws
  /// @param duration the time
  /// @param body what to run
  /// @param timeoutValue what to give if the time is over first
  /// @return what it gives, or `timeoutValue`; throws what it throws
  /// @throws X what the body throws
  public static <T extends @Nullable Object, X extends Exception> T withTimeout(
      Duration duration, Awaitable<T, X> body, T timeoutValue) throws X {
    return withTimeout(Seconds.of(duration), body, timeoutValue);
  }

  // ---- ending -----------------------------------------------------------------------------------

  /// Has a greenlet killed, without waiting for it.
  ///
  /// @param greenlet the greenlet
  public static void kill(Greenlet<?> greenlet) {
    greenlet.kill(false);
  }

  /// Has an error thrown into a greenlet, without waiting for it.
  ///
  /// @param greenlet the greenlet
  /// @param exception what is thrown into it
  public static void kill(Greenlet<?> greenlet, Throwable exception) {
    greenlet.kill(exception, false, 0);
  }

  /// Kills greenlets and waits until they have ended. Those that have not begun never will.
  ///
  /// @param greenlets the greenlets
  public static void killall(Collection<? extends Greenlet<?>> greenlets) {
    killall(greenlets, null, true, Seconds.FOREVER);
  }

  /// Kills greenlets.
  ///
  /// @param greenlets the greenlets
  /// @param exception what is thrown into them; `null` for an exit of its own for each
  /// @param block whether to wait until they have ended
  /// @param timeout seconds to wait at most
  /// @throws Timeout if the time is over first
  public static void killall(
      Collection<? extends Greenlet<?>> greenlets,
      @Nullable Throwable exception,
      boolean block,
      double timeout) {
    var alive = new ArrayList<Greenlet<?>>();
    for (var greenlet : greenlets) { // none of those that have not begun may begin meanwhile
      if (!greenlet.killBeforeStart(exit(exception)) && !greenlet.ready()) {
        alive.add(greenlet);
      }
    }
    for (var greenlet : alive) {
      greenlet.kill(exit(exception), false, 0);
    }
    if (block && !alive.isEmpty()) {
      Waiter.letOthersRun("killall", alive);
      alive.removeIf(Greenlet::ready);
      if (joinall(alive, WaitOptions.defaults().timeout(timeout)).size() < alive.size()) {
        throw new Timeout(timeout);
      }
    }
  }

  /// Kills greenlets.
  ///
  /// @param greenlets the greenlets
  /// @param exception what is thrown into them; `null` for an exit of its own for each
  /// @param block whether to wait until they have ended
  /// @param timeout how long to wait at most
  /// @throws Timeout if the time is over first
  public static void killall(
      Collection<? extends Greenlet<?>> greenlets,
      @Nullable Throwable exception,
      boolean block,
      Duration timeout) {
    killall(greenlets, exception, block, Seconds.of(timeout));
  }

  private static Throwable exit(@Nullable Throwable exception) {
    return exception != null ? exception : new GreenletExit();
  }

  // ---- who and where ----------------------------------------------------------------------------

  /// {@return the greenlet that runs here; for the main program, and for a task that was not
  /// spawned, one that stands for it}
  ///
  /// @throws IllegalStateException in a callback of a loop
  public static Greenlet<?> getcurrent() {
    return Execution.current().greenlet();
  }

  /// {@return the hub of whoever runs here, made if there is none}
  public static Hub getHub() {
    return Hub.get();
  }
}
