package jasyncio.internal.loop;

import jasyncio.internal.base.HeldUp;
import jasyncio.internal.base.StepListener;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What the packages beside the face need of it and users do not; the face leaves it here, as
/// classes of the JDK do in `SharedSecrets`.
///
/// Loops, tasks and coroutines of the face are `Object`s, because the machine knows no face.
public abstract class LoopAccess {
  private static volatile @Nullable LoopAccess access;

  /// Called once, by the class of the face's loops.
  public static void install(LoopAccess theAccess) {
    access = theAccess;
  }

  /// The access; there is one as soon as the class of loops is initialised.
  public static LoopAccess get() {
    return Objects.requireNonNull(access);
  }

  // ---- for internal.face, which says what these do ----------------------------------------------

  public abstract Object runningLoop();

  public abstract Object loopOrDefault();

  public abstract @Nullable Object currentTask();

  public abstract void cancelAgain(Object task, Error error);

  public abstract List<?> tasks(Object eventLoop, int limit, Predicate<Object> isMeant);

  public abstract int number(Object task);

  public abstract String coroutineName(Object task);

  /// Who has called the loop and waits for the end of a task; `null` if nobody has.
  public abstract @Nullable String caller(Object task);

  public abstract Object naming(Object task);

  public abstract boolean isRunning(Object task);

  public abstract boolean hasBegun(Object task);

  public abstract Function<Object, @Nullable Object> waitInfos(Object eventLoop);

  public abstract List<?> runningLoops();

  public abstract String nameOfLoop(Object eventLoop);

  public abstract @Nullable HeldUp heldUpBy(Object eventLoop);

  public abstract double heldUpFor(Object eventLoop);

  public abstract void addStepListener(Object eventLoop, StepListener listener);

  public abstract void removeStepListener(Object eventLoop, StepListener listener);

  public abstract void endNotedStep(Object eventLoop);

  public abstract void lookWhoRecords();

  public abstract String nameOfCallback(Object callback);

  public abstract double age(Object task);

  public abstract void sleep(double seconds);

  public abstract Object gather(Collection<?> awaitables);

  public abstract Object wait(Collection<?> futures, double timeout, Object when);

  public abstract Object runInExecutor(Object eventLoop, Callable<?> call, Object waitInfoSource);

  public abstract Object wrapFuture(
      CompletionStage<?> stage, Object eventLoop, Object waitInfoSource);

  // ---- for I/O ----------------------------------------------------------------------------------

  /// The machine of a loop.
  public abstract LoopCore core(Object eventLoop);

  /// An entry, not scheduled yet, that runs `callback` like `callSoon` does: in the context of now,
  /// measured in debug mode, and with what it throws reported. It may be scheduled again and again.
  public abstract CancellableEntry callback(Object eventLoop, Runnable callback);

  /// The same, in a given context of the face.
  public abstract CancellableEntry callback(Object eventLoop, Runnable callback, Object context);

  /// Something that is to be closed, of an object that may be forgotten, and which this must not
  /// hold. Its text is what messages call it.
  public interface Resource {
    /// Whether it is closed. Any thread.
    boolean isClosed();

    /// The object has been collected: closes it, and says so. The loop's thread only.
    void forgotten();
  }

  /// Watches an object. When it is collected before its resource is closed, the loop hears of it,
  /// unless that is closed by then.
  public abstract void watch(Object eventLoop, Object object, Resource resource);

  /// Says that another thread is going to call the loop: it does not wait in vain. Any thread.
  public abstract void answerExpected(Object eventLoop);

  /// Whether its tasks are being cancelled because it is about to be closed, or it is closed. Any
  /// thread.
  public abstract boolean isEnding(Object eventLoop);

  /// Says that it has called; in the turn that deals with what it brought. Any thread.
  public abstract void answered(Object eventLoop);

  // ---- for jasyncio.testing ---------------------------------------------------------------------

  /// A loop with parts of one's own.
  ///
  /// @param fiberKind of the face; `null` for the default
  /// @param label names it in messages; `null` for none
  public abstract Object newLoop(
      @Nullable Object fiberKind, LoopParts parts, @Nullable String label);

  /// Closes a loop that does not run as it stands: nothing of its tasks runs any more, no `finally`
  /// block either.
  public abstract void drop(Object eventLoop);

  /// The machine of the loop that schedules a virtual thread, of a fiber or started on one; `null`
  /// for others. Any thread.
  public abstract @Nullable LoopCore coreOf(Thread virtual);

  /// What somebody has left on a loop.
  ///
  /// @param outside whether another thread is at work for it, and will call it
  /// @param asyncgens asynchronous generators that are open
  /// @param signals those that have a handler
  public record Survey(boolean outside, List<Object> asyncgens, List<String> signals) {}

  /// Tells the exception handler of what nobody has read, awaited or closed, and nobody will any
  /// more. The loop's thread only.
  ///
  /// @param warnings gets what would only be logged
  public abstract void reportForgotten(Object eventLoop, Consumer<String> warnings);

  /// What a task waits for, by the face's class for that; also if it has been woken, until it goes
  /// on. `null` if it does not wait. The loop's thread only.
  public abstract @Nullable Object waitInfo(Object task);

  /// The thread whose code runs on a loop now, if one does. Any thread.
  public abstract @Nullable Thread currentThread(Object eventLoop);

  /// What is [watched][#watch] and not closed. The loop's thread only.
  public abstract List<Resource> unclosed(Object eventLoop);

  /// What is there now. The loop's thread only.
  public abstract Survey survey(Object eventLoop);

  // ---- for jasyncio.lowlevel, which says what these do ------------------------------------------

  public abstract CancellableEntry callWhenIdle(Object eventLoop, Runnable callback);

  public abstract void setStallHandler(Object eventLoop, @Nullable Runnable handler);

  public abstract void stopNow(Object eventLoop);

  public abstract double busyTime(Object eventLoop);

  public abstract DoubleSupplier measureLag(Object eventLoop);

  public abstract void registerAsyncgen(Object eventLoop, Object generator, AutoCloseable aclose);

  public abstract void forgetAsyncgen(Object eventLoop, Object generator);

  public abstract boolean cancelOnce(Object task);

  public abstract Object coroutine(String name, Object action);

  public abstract @Nullable Object suspend(@Nullable Object value);

  public abstract @Nullable Object suspendFor(Object coroutine, @Nullable Object request);

  public abstract @Nullable Object emit(Object coroutine, @Nullable Object value);

  public abstract void relieveStack(Object coroutine);
}
