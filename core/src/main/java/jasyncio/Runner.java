package jasyncio;

import jasyncio.internal.base.Sneaky;
import jasyncio.internal.fiber.Fiber;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// Runs several coroutines, one after the other, on one loop and in one context, and ends the loop
/// cleanly.
///
/// The loop is made when it is first needed. While a coroutine runs on the program's main thread,
/// Ctrl-C cancels it: it may clean up, and then [KeyboardInterrupt] is thrown; a second Ctrl-C
/// throws that at once. If that has no effect for two seconds, because code computes for ever or
/// waits for a lock, or at the third Ctrl-C, it is logged where the loop is stuck, and the JVM ends
/// with status 130.
///
/// An interrupt of the thread that calls [#run] does the same: the first one cancels the coroutine,
/// and then [InterruptedException] is thrown, unannounced; a second one throws that at once. If the
/// coroutine ends otherwise nevertheless, the thread is interrupted again as `run` returns.
///
/// Not for use by several threads. Python: `asyncio.Runner`.
public final class Runner implements AutoCloseable {
  /* Overview
   * States:  CREATED -> INITIALIZED   the loop is made, when it is first asked for
   *          CREATED, INITIALIZED -> CLOSED   close
   *
   * A run: Ctrl-C arrives on a thread of the JVM's, which counts it in `interrupts` and sends word to the loop; the run
   * that it was meant for is told by `runs`. An interrupt of the thread in run() is told to the loop by its machine.
   */
  private enum State {
    CREATED,
    INITIALIZED,
    CLOSED
  }

  private static final double EXECUTOR_SHUTDOWN_SECONDS = 300;
  private static final long LAST_ID_OF_A_MAIN_THREAD = 3; // 1 in older JDKs

  private final RunOptions options;
  private State state = State.CREATED;
  private @Nullable EventLoop loop;
  private @Nullable Context context;
  private @Nullable Throwable thrown; // what forced its way out last, if it was an order to exit
  final AtomicInteger interrupts = new AtomicInteger(); // Ctrl-C in this run; any thread
  private int interruptsHeard; // of these; loop thread only
  private int threadInterrupts; // interrupts of the thread in this run; loop thread only
  private volatile int runs; // counts beginnings and ends; written by the thread in run()

  /// A runner with default options.
  public Runner() {
    this(RunOptions.defaults());
  }

  /// A runner.
  ///
  /// @param options how its loop is made
  public Runner(RunOptions options) {
    this.options = Objects.requireNonNull(options, "options");
  }

  /// {@return the runner's loop, made now if it is not there yet}
  ///
  /// @throws IllegalStateException if the runner is closed
  public EventLoop getLoop() {
    if (state == State.CLOSED) {
      throw new IllegalStateException("Runner is closed");
    }
    if (loop == null) {
      loop = options.newLoop();
      context = Context.copyContext();
      state = State.INITIALIZED;
    }
    return loop;
  }

  /// Runs a coroutine to its end, in the runner's context.
  ///
  /// @param <T> what it gives
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @return what it gives; throws what it throws
  /// @throws X what the coroutine throws
  /// @throws IllegalStateException if the runner is closed, or a loop runs on this thread
  /// @throws KeyboardInterrupt if Ctrl-C ended it; [InterruptedException], unannounced, if an
  ///   interrupt of the calling thread did
  public <T extends @Nullable Object, X extends Exception> T run(Awaitable<T, X> main) throws X {
    return run(main, null);
  }

  /// Runs a coroutine to its end.
  ///
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @throws X what the coroutine throws
  @LowPriorityInOverloadResolution
  public <X extends Exception> void run(Action<X> main) throws X {
    run(CoroutineBody.of(main, "main"), null);
  }

  /// Runs a coroutine to its end, in the given context.
  ///
  /// @param <T> what it gives
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @param context the context, or `null` for the runner's
  /// @return what it gives; throws what it throws
  /// @throws X what the coroutine throws
  public <T extends @Nullable Object, X extends Exception> T run(
      Awaitable<T, X> main, @Nullable Context context) throws X {
    Objects.requireNonNull(main, "main");
    if (Running.loop() != null) {
      throw new IllegalStateException(
          "Runner.run() cannot be called from a running event loop; await the coroutine, or make a task of it");
    }
    var theLoop = getLoop();
    var options = TaskOptions.defaults().context(context != null ? context : this.context);
    var future = Future.asFuture(main);
    var task = future != null ? future : theLoop.createFutureFor(main, options);
    if (task instanceof Task<?> t) {
      t.reportIfDestroyed = false;
    }
    int id = runs + 1;
    runs = id;
    interrupts.set(0);
    interruptsHeard = 0;
    threadInterrupts = 0;
    var undo = onMainThread() ? Signals.onInterrupt(() -> interrupted(theLoop, task, id)) : null;
    theLoop.core.setInterruptListener(blocked -> threadInterrupted(theLoop, task, blocked));
    thrown = null;
    boolean told = false; // the caller, of an interrupt
    T value;
    try {
      value = theLoop.runUntilComplete(task);
    } catch (SystemExit | KeyboardInterrupt e) {
      thrown = e;
      throw e;
    } catch (CancelledError e) {
      if (isInterrupted() && task instanceof Task<?> t && t.uncancel() == 0) {
        if (interrupts.get() > 0) {
          throw new KeyboardInterrupt();
        }
        told = true;
        throw Sneaky.sneak(new InterruptedException());
      }
      throw e;
    } catch (Throwable e) {
      told = e instanceof InterruptedException;
      throw e;
    } finally {
      boolean missed = theLoop.core.removeInterruptListener();
      if (undo != null) {
        undo.run();
      }
      runs = id + 1; // what was asked of this run is not for the next
      if (!told && (missed || threadInterrupts > 0)) {
        Thread.currentThread().interrupt();
      }
    }
    if (interrupts.get() > interruptsHeard) { // it came as the coroutine ended
      throw new KeyboardInterrupt();
    }
    return value;
  }

  /// Runs the loop of a group until it is stopped, or something forces its way out. Afterwards it
  /// is only to be ended.
  void runForever() {
    var theLoop = getLoop();
    try {
      theLoop.runForever();
      theLoop.life.endsBecause("the loop was stopped");
    } catch (Throwable e) {
      theLoop.life.endsBecause("the loop was ended by " + e.getClass().getSimpleName());
      thrown = e instanceof SystemExit || e instanceof KeyboardInterrupt ? e : null;
      throw e;
    } finally {
      theLoop.life.startEnding();
    }
  }

  private boolean isInterrupted() {
    return interrupts.get() + threadInterrupts > 0;
  }

  /// Runs a coroutine to its end, in the given context.
  ///
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @param context the context, or `null` for the runner's
  /// @throws X what the coroutine throws
  @LowPriorityInOverloadResolution
  public <X extends Exception> void run(Action<X> main, @Nullable Context context) throws X {
    run(CoroutineBody.of(main, "main"), context);
  }

  /// A program may run loops on any of its threads; Ctrl-C is the business of the first, the one
  /// that the JVM itself has made. Threads are numbered as they are made, and it comes before those
  /// that the JVM runs for its own purposes. Names, groups and stacks can be had by any thread. A
  /// launcher that runs programs on another thread names that one.
  private static boolean onMainThread() {
    var name = System.getProperty("jasyncio.mainThread");
    if (name != null) {
      return Thread.currentThread().getName().equals(name);
    }
    return Thread.currentThread().threadId() <= LAST_ID_OF_A_MAIN_THREAD;
  }

  /// The thread that called [#run] was interrupted; maybe a blocking call on `blocked` as well.
  private void threadInterrupted(EventLoop loop, Future<?> main, @Nullable Fiber blocked) {
    if (++threadInterrupts > 1) {
      loop.core.escape(new InterruptedException());
    } else if (blocked != null && main instanceof Task<?> task && task.fiber() == blocked) {
      task.cancelInterrupted(interruptOfThread(main));
    } else {
      main.cancelBy(interruptOfThread(main));
    }
  }

  private static Cancellation interruptOfThread(Future<?> main) {
    return Cancellation.interrupt(main, "an interrupt of its thread");
  }

  /// Ctrl-C; on a thread of the JVM's.
  private void interrupted(EventLoop loop, Future<?> main, int id) {
    int count = interrupts.incrementAndGet();
    if (count > 2) {
      Stuck.end(loop);
    } else if (count == 2) {
      Stuck.endUnless(loop, () -> runs != id);
    }
    var blocked = count > 1 ? loop.hub.interruptBlocked() : null;
    loop.thread.sendUnlessClosed(() -> {
      if (blocked != null) {
        loop.hub.takeInterrupt(blocked);
      }
      if (runs != id) {
        return;
      }
      interruptsHeard = count;
      if (count == 1 && !main.done()) {
        main.cancelBy(Cancellation.interrupt(main, "SIGINT"));
      } else {
        throw new KeyboardInterrupt();
      }
    });
  }

  /// Ends the loop: cancels what is left of its tasks and waits for them, closes asynchronous
  /// generators, ends the default executor and waits for its threads, at most five minutes, closes
  /// the loop. Idempotent.
  ///
  /// @throws IllegalStateException if it runs: in code that it runs, or on another thread
  @Override
  public void close() {
    close(theLoop -> Cancellation.shutdown(theLoop, "the end of run()"));
  }

  /// Ends the loop as [#close()] does.
  ///
  /// @param why makes the request by which tasks are cancelled, if there are any
  void close(Function<EventLoop, Cancellation> why) {
    if (state != State.INITIALIZED) {
      state = State.CLOSED;
      return;
    }
    if (Objects.requireNonNull(loop).isRunning()) {
      throw new IllegalStateException("Cannot close a runner while it runs");
    }
    state = State.CLOSED;
    var theLoop = Objects.requireNonNull(loop);
    theLoop.life.startEnding();
    try {
      cancelTasks(theLoop, theLoop.tasks.toList(), why);
      theLoop.runUntilComplete(theLoop::shutdownAsyncgens);
      theLoop.runUntilComplete(() -> theLoop.shutdownDefaultExecutor(EXECUTOR_SHUTDOWN_SECONDS));
    } finally {
      theLoop.close();
      loop = null;
      context = null;
    }
  }

  /// Cancels tasks of the loop, which does not run, and has it run until they have ended.
  ///
  /// @param why makes the request, if there are any
  void cancelTasks(EventLoop loop, List<Task<?>> left, Function<EventLoop, Cancellation> why) {
    if (left.isEmpty()) {
      return;
    }
    var cancellation = why.apply(loop);
    left.forEach(cancellation::reach);
    var all = Gather.returningExceptions(loop, left);
    while (!all.done()) {
      runQuietly(loop, all);
    }
    for (var task : left) {
      var error = task.peekException();
      if (error != null) {
        task.markRead();
      }
      if (error != null && error != thrown) {
        loop.callExceptionHandler(
            ErrorContext.of("unhandled exception during asyncio.run() shutdown")
                .exception(error)
                .task(task));
      }
    }
  }

  /// What forced its way out may do so again, now out of a task that passes it on; once is enough.
  private void runQuietly(EventLoop loop, Future<?> future) {
    try {
      loop.runUntilComplete(future);
    } catch (SystemExit | KeyboardInterrupt e) {
      if (e != thrown) {
        thrown = e;
        throw e;
      }
    }
  }
}
