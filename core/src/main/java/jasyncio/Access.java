package jasyncio;

import jasyncio.internal.base.HeldUp;
import jasyncio.internal.base.LeakDetector;
import jasyncio.internal.base.StepListener;
import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopCore;
import jasyncio.internal.loop.LoopParts;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The way to the face's machine for the packages beside it.
final class Access extends LoopAccess {
  private static final int MANY_TIMERS = 10_000; // to look through while nothing else runs

  // ---- for jasyncio.internal.face ---------------------------------------------------------------

  @Override
  public Object runningLoop() {
    return Running.getRunningLoop();
  }

  @Override
  public Object loopOrDefault() {
    return Running.getEventLoop();
  }

  @Override
  public @Nullable Object currentTask() {
    return Running.task();
  }

  @Override
  public void cancelAgain(Object task, Error error) {
    ((Task<?>) task).cancelAgain((CancelledError) error);
  }

  @Override
  public List<?> tasks(Object eventLoop, int limit, Predicate<Object> isMeant) {
    return ((EventLoop) eventLoop).tasks.toList(limit, isMeant);
  }

  @Override
  public int number(Object task) {
    return ((Task<?>) task).number();
  }

  @Override
  public String coroutineName(Object task) {
    return ((Task<?>) task).coroutineName();
  }

  @Override
  public @Nullable String caller(Object task) {
    return ((Task<?>) task).caller();
  }

  @Override
  public Object naming(Object task) {
    return ((Task<?>) task).naming();
  }

  @Override
  public boolean isRunning(Object task) {
    var t = (Task<?>) task;
    return t.fiber() != null && !t.isSuspended();
  }

  @Override
  public boolean hasBegun(Object task) {
    return ((Task<?>) task).fiber() != null;
  }

  @Override
  public Function<Object, @Nullable Object> waitInfos(Object eventLoop) {
    var timers = ((EventLoop) eventLoop).core.timers();
    return new Function<>() {
      private @Nullable Map<Integer, Long> times; // by tickets, which no later sleep has again

      @Override
      public @Nullable Object apply(Object task) {
        return ((Task<?>) task).waitsFor(this::wakesAt);
      }

      private long wakesAt(Task<?> task) {
        if (times == null) {
          times = timers.waiting() > MANY_TIMERS ? Map.of() : timers.times();
        }
        return times.getOrDefault(task.ticket(), Task.UNKNOWN);
      }
    };
  }

  @Override
  public List<?> runningLoops() {
    return LoopObserver.running();
  }

  @Override
  public String nameOfLoop(Object eventLoop) {
    return ((EventLoop) eventLoop).observer.name();
  }

  @Override
  public @Nullable HeldUp heldUpBy(Object eventLoop) {
    var loop = (EventLoop) eventLoop;
    var fiber = loop.hub.current();
    if (fiber == null || fiber.thread() == null) {
      return null;
    }
    var thread = Objects.requireNonNull(fiber.thread()); // it has run
    return StallReport.of(loop, fiber, thread.getState(), thread.getStackTrace()).now();
  }

  @Override
  public double heldUpFor(Object eventLoop) {
    return ((EventLoop) eventLoop).stalls.heldUpFor();
  }

  @Override
  public void addStepListener(Object eventLoop, StepListener listener) {
    ((EventLoop) eventLoop).steps.add(listener);
  }

  @Override
  public void removeStepListener(Object eventLoop, StepListener listener) {
    ((EventLoop) eventLoop).steps.remove(listener);
  }

  @Override
  public void endNotedStep(Object eventLoop) {
    ((EventLoop) eventLoop).steps.endNoted();
  }

  @Override
  public void lookWhoRecords() {
    LoopObserver.lookWhoRecords();
  }

  @Override
  public String nameOfCallback(Object callback) {
    return callback instanceof Handle handle ? handle.functionName() : "a callback";
  }

  @Override
  public double age(Object task) {
    return LoopObserver.age((Task<?>) task);
  }

  @Override
  public void sleep(double seconds) {
    Waits.sleep(seconds);
  }

  @Override
  @SuppressWarnings("unchecked") // internal.face is typed
  public Object gather(Collection<?> awaitables) {
    var all = (Collection<? extends Awaitable<?, ?>>) awaitables;
    return Gather.of(Future.loopOf(all), all);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Object wait(Collection<?> futures, double timeout, Object when) {
    return Waits.wait((Collection<Future<?>>) futures, timeout, (ReturnWhen) when);
  }

  @Override
  public Object runInExecutor(Object eventLoop, Callable<?> call, Object waitInfoSource) {
    return ((EventLoop) eventLoop)
        .defaultExecutor.run(null, call, (WaitInfo.Source) waitInfoSource);
  }

  @Override
  public Object wrapFuture(CompletionStage<?> stage, Object eventLoop, Object waitInfoSource) {
    return JdkFutures.wrap(stage, (EventLoop) eventLoop, (WaitInfo.Source) waitInfoSource);
  }

  // ---- for I/O ----------------------------------------------------------------------------------

  @Override
  public LoopCore core(Object eventLoop) {
    return ((EventLoop) eventLoop).core;
  }

  @Override
  public CancellableEntry callback(Object eventLoop, Runnable callback) {
    return ((EventLoop) eventLoop).newHandle(callback, null).repeating();
  }

  @Override
  public CancellableEntry callback(Object eventLoop, Runnable callback, Object context) {
    return ((EventLoop) eventLoop).newHandle(callback, (Context) context).repeating();
  }

  @Override
  public void watch(Object eventLoop, Object object, Resource resource) {
    var loop = (EventLoop) eventLoop;
    loop.leakDetector.track(object, new Unclosed(loop, resource));
  }

  private record Unclosed(EventLoop loop, Resource resource) implements LeakDetector.Tracker {
    @Override
    public boolean settled() {
      return loop.isClosed() || resource.isClosed();
    }

    @Override
    public void report() {
      loop.thread.sendUnlessClosed(resource::forgotten);
    }
  }

  @Override
  public void answerExpected(Object eventLoop) {
    ((EventLoop) eventLoop).idleHooks.answerExpected();
  }

  @Override
  public boolean isEnding(Object eventLoop) {
    return ((EventLoop) eventLoop).life.isEnding();
  }

  @Override
  public void answered(Object eventLoop) {
    ((EventLoop) eventLoop).idleHooks.answered();
  }

  // ---- for jasyncio.testing ---------------------------------------------------------------------

  @Override
  public void drop(Object eventLoop) {
    ((EventLoop) eventLoop).life.drop();
  }

  @Override
  public Object newLoop(@Nullable Object fiberKind, LoopParts parts, @Nullable String label) {
    var loop = new EventLoop((FiberKind) fiberKind, parts);
    loop.label = label;
    loop.setStallLimit(0); // time is not what it was, and the kit has a watchdog of its own
    return loop;
  }

  @Override
  public @Nullable LoopCore coreOf(Thread virtual) {
    return Fiber.ownerOf(virtual) instanceof EventLoop loop ? loop.core : null;
  }

  @Override
  public void reportForgotten(Object eventLoop, Consumer<String> warnings) {
    ((EventLoop) eventLoop).leakDetector.reportAll(warnings);
  }

  @Override
  public List<Resource> unclosed(Object eventLoop) {
    return ((EventLoop) eventLoop)
        .leakDetector.unsettled(Unclosed.class).stream().map(Unclosed::resource).toList();
  }

  @Override
  public @Nullable Object waitInfo(Object task) {
    return ((Task<?>) task).waitInfoOfWaiter();
  }

  @Override
  public @Nullable Thread currentThread(Object eventLoop) {
    return ((EventLoop) eventLoop).hub.currentThread();
  }

  @Override
  public Survey survey(Object eventLoop) {
    var loop = (EventLoop) eventLoop;
    return new Survey(loop.idleHooks.expectsAnswer(), loop.asyncgens.open(), loop.signals.names());
  }

  // ---- for jasyncio.lowlevel --------------------------------------------------------------------

  @Override
  public CancellableEntry callWhenIdle(Object eventLoop, Runnable callback) {
    return ((EventLoop) eventLoop).idleHooks.callWhenIdle(callback);
  }

  @Override
  public void setStallHandler(Object eventLoop, @Nullable Runnable handler) {
    ((EventLoop) eventLoop).idleHooks.setStallHandler(handler);
  }

  @Override
  public void stopNow(Object eventLoop) {
    var loop = (EventLoop) eventLoop;
    loop.thread.check();
    loop.core.halt();
  }

  @Override
  public double busyTime(Object eventLoop) {
    var core = ((EventLoop) eventLoop).core;
    return core.busyNanos(core.nanos()) / 1e9;
  }

  @Override
  public DoubleSupplier measureLag(Object eventLoop) {
    var loop = (EventLoop) eventLoop;
    if (!loop.isRunning()) {
      return () -> Double.NaN;
    } else if (loop.core.waiting().isWaiting()) {
      return () -> 0;
    }
    var question = loop.core.ask();
    return () -> question.isAnswered() ? question.nanos() / 1e9 : Double.NaN;
  }

  @Override
  public void registerAsyncgen(Object eventLoop, Object generator, AutoCloseable aclose) {
    ((EventLoop) eventLoop).asyncgens.register(generator, aclose);
  }

  @Override
  public void forgetAsyncgen(Object eventLoop, Object generator) {
    ((EventLoop) eventLoop).asyncgens.forget(generator);
  }

  @Override
  public boolean cancelOnce(Object task) {
    return ((Task<?>) task).cancelOnce();
  }

  @Override
  public Object coroutine(String name, Object action) {
    return new Coroutine<Void>(name, action);
  }

  @Override
  public @Nullable Object suspend(@Nullable Object value) {
    return Coroutine.suspend(value);
  }

  @Override
  public @Nullable Object suspendFor(Object coroutine, @Nullable Object request) {
    return ((Coroutine<?>) coroutine).suspendFor(request);
  }

  @Override
  public @Nullable Object emit(Object coroutine, @Nullable Object value) {
    return ((Coroutine<?>) coroutine).emit(value);
  }

  @Override
  public void relieveStack(Object coroutine) {
    ((Coroutine<?>) coroutine).relieveStack();
  }
}
