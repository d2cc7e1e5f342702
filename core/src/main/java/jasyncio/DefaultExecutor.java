package jasyncio;

import jasyncio.internal.base.Log;
import jasyncio.internal.jfr.ExecutorCallEvent;
import jasyncio.internal.jfr.FlightRecording;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The loop's executor: calls that block, on other threads. Belongs to the loop's thread; a call's
/// end is sent there.
final class DefaultExecutor {
  private static final int MAX_THREADS =
      Math.min(32, Runtime.getRuntime().availableProcessors() + 4);

  private final EventLoop loop;
  private final @Nullable ClassLoader contextLoader =
      Thread.currentThread().getContextClassLoader(); // of whoever makes the loop
  private @Nullable ExecutorService executor;
  private boolean shutDown;

  DefaultExecutor(EventLoop loop) {
    this.loop = loop;
  }

  void setExecutor(ExecutorService executor) {
    this.executor = executor;
  }

  /// @param origin what the program calls, of which `call` is a part
  <T extends @Nullable Object> Future<T> run(
      @Nullable Executor chosen, Callable<T> call, Object origin) {
    var naming = Describe.naming(origin);
    return run(
        chosen,
        call,
        () -> new WaitInfo(WaitInfo.Kind.THREAD, Describe.name(naming) + "() on another thread"));
  }

  /// @param info what is waited for
  <T extends @Nullable Object> Future<T> run(
      @Nullable Executor chosen, Callable<T> call, WaitInfo.Source info) {
    loop.life.checkNotClosed();
    var future = loop.<T>createFuture(info);
    var job =
        new FutureTask<T>(FlightRecording.isOn() ? watched(call, info) : call) {
          @Override
          protected void done() {
            loop.thread.sendUnlessClosed(() -> {
              loop.idleHooks.answered();
              finish(this, future);
            });
          }
        };
    loop.idleHooks.ask(() -> (chosen != null ? chosen : executor()).execute(job));
    future.addDoneCallback(f -> {
      if (f.cancelled()) {
        job.cancel(false); // one that runs already goes on, and its result is dropped
      }
    });
    return future;
  }

  private static <T extends @Nullable Object> Callable<T> watched(
      Callable<T> call, WaitInfo.Source info) {
    return ExecutorCallEvent.watched(call, WaitInfo.of("a call", info).what());
  }

  private static <T extends @Nullable Object> void finish(FutureTask<T> job, Future<T> future) {
    if (!future.done()) {
      switch (job.state()) {
        case SUCCESS -> future.setResult(job.resultNow());
        case FAILED -> future.setException(job.exceptionNow());
        default -> future.cancel();
      }
    }
  }

  private ExecutorService executor() {
    if (shutDown) {
      throw new IllegalStateException("Executor shutdown has been called");
    }
    var e = executor;
    if (e == null) {
      e = newPool();
      executor = e;
    }
    return e;
  }

  /// Its queue takes no lock: one that is contended parks the task, which would look like a
  /// blocking call of the program's.
  private ExecutorService newPool() {
    var pool =
        new ThreadPoolExecutor(
            MAX_THREADS,
            MAX_THREADS,
            60,
            TimeUnit.SECONDS,
            new LinkedTransferQueue<>(),
            new Numbered(contextLoader));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  LoopStatistics.@Nullable Executor statistics() {
    return executor instanceof ThreadPoolExecutor pool
        ? new LoopStatistics.Executor(
            pool.getPoolSize(),
            pool.getMaximumPoolSize(),
            pool.getActiveCount(),
            pool.getQueue().size())
        : null;
  }

  /// Ends the executor and waits for its threads. Suspends.
  void shutDown(double seconds) {
    Times.checkNumber(seconds);
    shutDown = true;
    var e = executor;
    if (e == null) {
      return;
    }
    e.shutdown();
    if (e.isTerminated()) {
      return;
    }
    var ended =
        loop.<Boolean>createFuture(
            () -> new WaitInfo(WaitInfo.Kind.THREAD, "the threads of the executor to end"));
    var waiter =
        Thread.ofPlatform()
            .name("jasyncio-executor-shutdown")
            .daemon()
            .unstarted(() -> {
              Throwable failure = null;
              try {
                e.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
              } catch (Throwable x) { // an executor of somebody's own making
                failure = x;
              }
              var outcome = failure;
              loop.thread.sendUnlessClosed(() -> {
                loop.idleHooks.answered();
                if (ended.done()) {
                  return;
                } else if (outcome == null) {
                  ended.setResult(true);
                } else {
                  ended.setException(outcome);
                }
              });
            });
    loop.idleHooks.ask(waiter::start);
    try {
      Timeout.after(seconds).run(() -> ended.await());
    } catch (TimeoutException x) {
      Log.log(
          Level.WARNING,
          () ->
              String.format(
                  Locale.ROOT,
                  "The executor did not finishing joining its threads within %s seconds.",
                  seconds));
    }
  }

  /// The loop is closed: ends the executor without waiting.
  void close() {
    shutDown = true;
    if (executor != null) {
      executor.shutdown();
    }
  }

  /// Who inherits no thread locals inherits no context class loader either.
  private static final class Numbered implements ThreadFactory {
    private final AtomicInteger count = new AtomicInteger();
    private final @Nullable ClassLoader contextLoader;

    Numbered(@Nullable ClassLoader contextLoader) {
      this.contextLoader = contextLoader;
    }

    @Override
    public Thread newThread(Runnable job) {
      var thread =
          Thread.ofPlatform()
              .name("asyncio_" + count.getAndIncrement())
              .daemon()
              .inheritInheritableThreadLocals(false)
              .unstarted(job);
      thread.setContextClassLoader(contextLoader);
      return thread;
    }
  }
}
