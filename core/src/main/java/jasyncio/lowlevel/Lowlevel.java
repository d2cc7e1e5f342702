package jasyncio.lowlevel;

import jasyncio.Action;
import jasyncio.Coroutine;
import jasyncio.EventLoop;
import jasyncio.Handle;
import jasyncio.Task;
import jasyncio.internal.loop.LoopAccess;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// What builders of schedulers, generators and other styles of concurrency need and programs do
/// not.
///
/// Called on the loop's thread, or in a coroutine, unless a method says otherwise. Written with the
/// name of the class, `Lowlevel.coroutine(…)`: some have a namesake in [jasyncio.Asyncio]. Python:
/// parts of `types`, `sys` and `inspect`; trio: `trio.lowlevel`.
public final class Lowlevel {
  private static final LoopAccess ACCESS = access();

  private Lowlevel() {}

  private static LoopAccess access() {
    EventLoop.running(); // initialises the class that installs it
    return LoopAccess.get();
  }

  // ---- coroutines driven by hand ----------------------------------------------------------------

  /// A coroutine that nobody is told of if it is never awaited: for builders of generators and
  /// schedulers, who drive it by hand with [Coroutine#send].
  ///
  /// @param name its name
  /// @param body the call
  /// @return the coroutine
  @SuppressWarnings("unchecked") // of an action
  public static Coroutine<Void> coroutine(String name, Action<?> body) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(body, "body");
    return (Coroutine<Void>) ACCESS.coroutine(name, body);
  }

  /// Suspends the coroutine that runs here and hands `value` to whoever drives it. A task takes
  /// nothing but a future that [Coroutine#send] returned, or `null`. Python: a bare `yield` in
  /// `types.coroutine`.
  ///
  /// @param value what [Coroutine#send] returns outside
  /// @return what the next [Coroutine#send] is given, `null` in a task; throws what
  ///   [Coroutine#throwError] is given
  /// @throws IllegalStateException if the caller runs in no coroutine, or in a task that does not
  ///   take the value
  public static @Nullable Object suspend(@Nullable Object value) {
    return ACCESS.suspend(value);
  }

  /// Suspends whoever drives `coroutine` by hand, for what [Coroutine#send] has handed out: as
  /// [#suspend], and the stack of the task shows where the coroutine waits, too.
  ///
  /// @param coroutine what is driven
  /// @param request what it handed out
  /// @return what to give to [Coroutine#send] next
  /// @throws IllegalStateException if the caller runs in no coroutine
  public static @Nullable Object suspendFor(Coroutine<?> coroutine, @Nullable Object request) {
    return ACCESS.suspendFor(Objects.requireNonNull(coroutine, "coroutine"), request);
  }

  /// Suspends `coroutine`, from inside of its body, and hands `value` to whoever drives it: what a
  /// generator does for each item. Other than [#suspend], it insists on the right place.
  ///
  /// @param coroutine the one whose body calls
  /// @param value what [Coroutine#send] returns outside
  /// @return what the next [Coroutine#send] is given; throws what [Coroutine#throwError] is given
  /// @throws IllegalStateException if the caller is not the body of that coroutine, or has a time
  ///   limit or a task group open: those of the task that drives it would stay open in between
  public static @Nullable Object emit(Coroutine<?> coroutine, @Nullable Object value) {
    return ACCESS.emit(Objects.requireNonNull(coroutine, "coroutine"), value);
  }

  /// Moves the stack of `coroutine` to the heap, but for its uppermost frames, from inside of its
  /// body: for code that calls itself deeper than a thread's stack allows. Does nothing where a
  /// stack cannot be suspended.
  ///
  /// @param coroutine the one whose body calls
  public static void relieveStack(Coroutine<?> coroutine) {
    ACCESS.relieveStack(Objects.requireNonNull(coroutine, "coroutine"));
  }

  // ---- tasks ------------------------------------------------------------------------------------

  /// Asks a task to end, once: an interrupt that the task's code swallows is not sent again. For
  /// tasks that may refuse to end, such as greenlets; all else is as in [Task#cancel()].
  ///
  /// @param task the task
  /// @return whether it was asked: `false` if it is done already
  public static boolean cancelOnce(Task<?> task) {
    return ACCESS.cancelOnce(Objects.requireNonNull(task, "task"));
  }

  // ---- loops ------------------------------------------------------------------------------------

  /// Has `callback` run once, as soon as nothing else is ready and the loop would wait. Outside
  /// debug mode a call from another thread is sent to the loop, and wakes it.
  ///
  /// @param loop the loop
  /// @param callback what to run; must not await
  /// @return a handle to cancel it
  /// @throws IllegalStateException if the loop is closed; in debug mode also from another thread
  public static Handle callWhenIdle(EventLoop loop, Runnable callback) {
    Objects.requireNonNull(loop, "loop");
    return (Handle) ACCESS.callWhenIdle(loop, Objects.requireNonNull(callback, "callback"));
  }

  /// Sets what is called when the loop would wait forever: nothing is ready, and there is no timer,
  /// no channel, no call in an executor, no awaited future of the JDK and no task in a blocking
  /// call that could end the wait. If the handler does nothing about it, the loop waits: a signal,
  /// or another thread with [EventLoop#callSoonThreadsafe(Runnable)], may still wake it.
  ///
  /// Outside debug mode a call from another thread is sent to the loop, and wakes it.
  ///
  /// @param loop the loop
  /// @param handler what to call, as a callback; or `null` for nothing
  /// @throws IllegalStateException in debug mode, from another thread
  public static void setStallHandler(EventLoop loop, @Nullable Runnable handler) {
    ACCESS.setStallHandler(Objects.requireNonNull(loop, "loop"), handler);
  }

  /// Makes [EventLoop#runForever()] return at once: what is left of the current iteration keeps its
  /// place and has its turn in the next run. For code that runs a loop whenever it has to wait, and
  /// goes on as soon as it can.
  ///
  /// @param loop the loop
  /// @throws IllegalStateException in debug mode, from another thread
  public static void stopNow(EventLoop loop) {
    ACCESS.stopNow(Objects.requireNonNull(loop, "loop"));
  }

  /// For how many seconds a loop has been busy, rather than waiting for something to do, since this
  /// was first called for it: what a task spends in a call that blocks its loop is busy, the time
  /// in which the loop does not run is not. By the loop's clock. Any thread, at any time; waits for
  /// nobody.
  ///
  /// From the first call on, the loop looks at the clock before and after each wait, some 100 ns;
  /// without it, it does not.
  ///
  /// @param loop the loop
  /// @return how long, in seconds; 0 the first time
  public static double busyTime(EventLoop loop) {
    return ACCESS.busyTime(Objects.requireNonNull(loop, "loop"));
  }

  /// Measures, from outside, how late a loop does what is due: how long something that is given to
  /// it now waits for its turn, by the loop's clock. Any thread, at any time; waits for nobody.
  ///
  /// A loop that waits for something to do is not late, and not woken either. One that is busy gets
  /// an entry that does nothing. It counts as nothing that has happened: neither idleness nor a
  /// dead-lock is hidden by it.
  ///
  /// @param loop the loop
  /// @return gives the lag in seconds as soon as it is known; until then, and always for a loop
  ///   that does not run, `NaN`
  public static DoubleSupplier measureLag(EventLoop loop) {
    return ACCESS.measureLag(Objects.requireNonNull(loop, "loop"));
  }

  /// Has `generator` closed by [EventLoop#shutdownAsyncgens()], unless it is forgotten before. For
  /// builders of asynchronous generators. Python: the hook `firstiter` of `sys.set_asyncgen_hooks`.
  ///
  /// @param loop the loop
  /// @param generator what is to be closed; in messages
  /// @param aclose closes it; may suspend
  public static void registerAsyncgen(EventLoop loop, Object generator, Action<?> aclose) {
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(generator, "generator");
    Objects.requireNonNull(aclose, "aclose");
    ACCESS.registerAsyncgen(loop, generator, aclose::run);
  }

  /// Takes back [#registerAsyncgen]: it is closed.
  ///
  /// @param loop the loop
  /// @param generator what was registered
  public static void forgetAsyncgen(EventLoop loop, Object generator) {
    Objects.requireNonNull(loop, "loop");
    ACCESS.forgetAsyncgen(loop, Objects.requireNonNull(generator, "generator"));
  }
}
