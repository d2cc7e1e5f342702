package jasyncio.gevent;

import jasyncio.BlockingPolicy;
import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.GeneratorExit;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.TaskOptions;
import jasyncio.internal.base.Frames;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import jasyncio.lowlevel.Lowlevel;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What runs the greenlets of a thread: an event loop, and the main program that waits for it.
///
/// Each thread has one, made when it is first needed; in a task of a loop that was started
/// otherwise it is a view of that loop. Python: `gevent.hub.Hub`.
public final class Hub {
  /* Overview
   * The main program is no fiber. When it has to wait it runs the loop, and the moment that what it waits for has
   * its turn in the ready queue it stops the loop, in the middle of an iteration: so it takes turns with the greenlets
   * like one of them. Between its waits nothing else runs.
   * A hub of a loop that somebody else runs has no main program.
   */
  private static final ThreadLocal<@Nullable Hub> OF_THREAD = new ThreadLocal<>();
  private static final Map<EventLoop, WeakReference<Hub>> OF_LOOP = new WeakHashMap<>();

  private final EventLoop loop;
  private final Execution main = new Execution(this, null);
  private final @Nullable Thread thread; // of the main program, if this hub has one
  private @Nullable Waiter untilIdle; // the main program is in join()
  private @Nullable Waiter stalledIn; // the main program would wait in it forever
  private int holds;
  private int greenlets; // that have got a number
  private boolean used; // the main program has waited

  private Hub(EventLoop loop, @Nullable Thread thread) {
    this.loop = loop;
    this.thread = thread;
  }

  /// The hub of whoever runs here.
  static Hub get() {
    if (Current.task() != null) {
      return Execution.current().hub;
    }
    var hub = OF_THREAD.get(); // fibers have none, so this is a main program
    if (hub != null && !hub.loop.isClosed()) { // which somebody else may have done
      return hub;
    }
    EventLoop running;
    try {
      running = Current.loop();
    } catch (IllegalStateException e) { // none runs: this is a main program that needs its hub
      return create(EventLoop.create(null));
    }
    return of(running);
  }

  /// The hub of this thread's main program, if it was made already.
  static @Nullable Hub ofThread() {
    return OF_THREAD.get();
  }

  /// Makes the hub of this thread's main program, on a new loop: in tests, one whose time jumps.
  static Hub create(EventLoop loop) {
    var hub = new Hub(loop, Thread.currentThread());
    if (Monkey.isPatched()) {
      loop.setBlockingPolicy(BlockingPolicy.SWITCH);
    }
    Lowlevel.setStallHandler(loop, hub::stalled);
    synchronized (OF_LOOP) {
      OF_LOOP.put(loop, new WeakReference<>(hub));
    }
    OF_THREAD.set(hub);
    return hub;
  }

  /// The hub of a loop. It is kept by those who use it.
  static Hub of(EventLoop loop) {
    synchronized (OF_LOOP) {
      var known = OF_LOOP.get(loop);
      var hub = known == null ? null : known.get();
      if (hub == null) {
        hub = new Hub(loop, null);
        OF_LOOP.put(loop, new WeakReference<>(hub));
      }
      return hub;
    }
  }

  /// {@return the event loop, for everything that asyncio can do}
  public EventLoop loop() {
    return loop;
  }

  Execution main() {
    return main;
  }

  boolean isUsed() {
    return used;
  }

  int nextNumber() {
    return greenlets++;
  }

  // ---- the main program waits -------------------------------------------------------------------

  /// Runs the loop until the turn of `waiter` comes, unless that has been.
  void runUntilTurnOf(Waiter waiter) {
    used = true;
    if (!waiter.hadTurn) {
      loop.runForever();
    }
    if (!waiter.hadTurn) {
      throw new IllegalStateException(
          "the hub's loop was stopped while the main program was in " + waiter);
    }
    if (stalledIn == waiter) {
      stalledIn = null;
      throw new LoopExit(waitersReport(waiter));
    }
  }

  /// What the main program waits for, or will, is there: called when it has its turn.
  void turnOf(Waiter waiter) {
    waiter.hadTurn = true;
    if (main.waiter() == waiter) {
      Lowlevel.stopNow(loop);
    }
  }

  /// Nothing is in sight that could wake anybody.
  private void stalled() {
    var waiter = main.waiter();
    if (waiter == null || holds > 0) {
      return;
    }
    if (waiter == untilIdle) {
      waiter.wake();
    } else {
      stalledIn = waiter; // so that the error is made on the stack of the main program
      waiter.end(false);
    }
  }

  private String waitersReport(Waiter waiter) {
    var text = new StringBuilder("This operation would block forever");
    text.append("\n\tHub: ").append(this).append("\n\tWaiting:");
    line(text, "main program", waiter, List.of(Thread.currentThread().getStackTrace()));
    for (var task : Tasks.all(loop)) {
      var execution = Execution.find(task);
      line(
          text,
          execution != null ? execution : task,
          execution != null ? execution.waiter() : null,
          task.getStack());
    }
    return text.toString();
  }

  private static void line(
      StringBuilder text, Object who, @Nullable Waiter waiter, List<StackTraceElement> stack) {
    text.append("\n\t  ").append(who);
    if (waiter != null) {
      text.append(": in ").append(waiter);
    }
    stack.stream()
        .filter(frame -> !Frames.areOurs(frame.getClassName()))
        .filter(frame -> !frame.getClassName().equals("java.lang.Thread")) // getStackTrace()
        .findFirst()
        .ifPresent(frame -> text.append(", at ").append(place(frame)));
  }

  /// A frame as stack traces have it, without the module.
  private static String place(StackTraceElement frame) {
    return "%s.%s(%s:%d)"
        .formatted(
            frame.getClassName(),
            frame.getMethodName(),
            frame.getFileName(),
            frame.getLineNumber());
  }

  /// Waits until nothing is in sight that could happen: all greenlets are done or wait in vain, and
  /// there is no timer, no I/O, no call in an executor and no [Hold]. Only for the main program.
  ///
  /// @return `true`
  /// @throws IllegalStateException in a greenlet or a task
  public boolean join() {
    return join(Seconds.FOREVER);
  }

  /// Waits until nothing is in sight that could happen. Only for the main program. Python: `join`,
  /// and `gevent.wait()` without objects.
  ///
  /// @param timeout seconds to wait at most
  /// @return whether that was so in time
  /// @throws IllegalStateException in a greenlet or a task
  public boolean join(double timeout) {
    if (Double.isNaN(timeout)) {
      throw new IllegalArgumentException("a timeout must be a number of seconds, not NaN");
    }
    if (thread == null || Execution.current() != main) {
      throw new IllegalStateException(
          "Hub.join is only possible from the main program; in a greenlet use joinall(...)");
    }
    var waiter = new Waiter(main, "Hub.join", null);
    var alarm = new CompletableFuture<Void>(); // a timer of the loop would be in sight
    if (timeout != Seconds.FOREVER) {
      alarm.completeOnTimeout(null, (long) (timeout * 1e9), TimeUnit.NANOSECONDS);
    }
    CompletableFuture<Void> _ =
        alarm.thenRun(() -> loop.callSoonThreadsafe(() -> waiter.end(false)));
    untilIdle = waiter;
    try {
      return waiter.await(Seconds.FOREVER);
    } finally {
      untilIdle = null;
      alarm.cancel(false);
    }
  }

  /// Waits until nothing is in sight that could happen. Only for the main program.
  ///
  /// @param timeout how long to wait at most
  /// @return whether that was so in time
  /// @throws IllegalStateException in a greenlet or a task
  public boolean join(Duration timeout) {
    return join(Seconds.of(timeout));
  }

  /// Waits for a future of the hub's loop, in the main program or anywhere else: all of asyncio can
  /// be used from greenlets, and this lets the main program do so. Suspends unless it is done.
  /// Whoever is killed or timed out meanwhile cancels the future by that, as in any await of
  /// asyncio's; the main program leaves it alone.
  ///
  /// @param <T> the type of its result
  /// @param future the future
  /// @return its result; throws its exception
  public <T extends @Nullable Object> T await(Future<T> future) {
    if (!future.done()) {
      if (Current.task() != null) {
        return Execution.current().translating(future);
      }
      var waiter = new Waiter("Hub.await", future);
      future.addDoneCallback(f -> waiter.wake());
      waiter.await();
    }
    return future.result();
  }

  // ---- keeping alive, ending --------------------------------------------------------------------

  /// Says that another thread is going to report, by [EventLoop#callSoonThreadsafe(Runnable)]:
  /// until this is closed, a main program that waits does so, and is not told that it would wait
  /// forever. Python: a started `hub.loop.async_()`.
  ///
  /// @return what to close, on the hub's thread, when the report is there
  public Hold keepAlive() {
    holds++;
    return new Hold();
  }

  /// A promise that another thread is going to report: see [Hub#keepAlive()].
  public final class Hold implements AutoCloseable {
    private boolean closed;

    private Hold() {}

    /// Ends the promise. Idempotent.
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        holds--;
      }
    }
  }

  /// Closes the loop of this thread's main program: greenlets that are not done are reported and
  /// unwound. The next use of greenlets on this thread makes a new hub. Seldom needed: a program
  /// just ends.
  ///
  /// @throws IllegalStateException in a greenlet, and for a loop that somebody else runs
  public void destroy() {
    if (thread == null) {
      throw new IllegalStateException("this hub is a view of " + loop + "; close that instead");
    }
    loop.close();
    if (OF_THREAD.get() == this) {
      OF_THREAD.remove();
    }
  }

  /// Tells of an error that nobody else can get. Python: `Hub.handle_error`.
  void handleError(Object who, Throwable error) {
    loop.callExceptionHandler(
        ErrorContext.of(who + " failed with " + error.getClass().getSimpleName()).exception(error));
  }

  /// Runs a callback of a user's, which may wait, right now and as long as it takes.
  void runLink(Object who, Runnable link) {
    loop.createTask(
        () -> {
          try {
            link.run();
          } catch (CancelledError | GeneratorExit e) { // its task's end, and nobody's error
            throw e;
          } catch (KeyboardInterrupt | SystemExit e) {
            loop.callSoon(() -> { // out of the run, and so to the main program
              throw e;
            });
          } catch (Throwable e) {
            if (!(e instanceof GreenletExit)) {
              handleError(who, e);
            }
          }
        },
        TaskOptions.defaults().eagerStart(true));
  }

  /// {@return `<Hub of thread main>`}
  @Override
  public String toString() {
    return thread == null ? "<Hub of " + loop + ">" : "<Hub of thread " + thread.getName() + ">";
  }
}
