package jasyncio;

import jasyncio.internal.base.AwaitedAt;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.loop.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A result that is not there yet. Tasks await it, callbacks are told, whoever produces it sets it.
///
/// Belongs to one loop and is used on its thread; other threads go through
/// [EventLoop#callSoonThreadsafe(Runnable)], or are given what [#toCompletableFuture()] gives.
/// Whoever waits is woken by the loop's next iteration, never inside `setResult`. Python:
/// `asyncio.Future`.
///
/// @param <T> the type of the result
@SuppressWarnings("exports") // the machine's base class has nothing public to show
public sealed class Future<T extends @Nullable Object> extends Entry
    implements Awaitable<T, RuntimeException>
    permits Task, Gather, AsCompleted.Promise, Failure.Shadow, DescribedFuture, RemoteCall {
  /* Overview
   * States:  PENDING -> FINISHED    setResult
   *          PENDING -> FAILED      setException
   *          PENDING -> CANCELLED   cancel
   * `outcome` holds the result, a Failure, or what is known of the cancellation: that, or, for a task, the
   * exception that left its body, to be thrown to the first who asks. `callbacks` holds what goes to the ready
   * queue on the way out of PENDING: see Callbacks.
   * A future is an entry itself for the sake of tasks: there may be a million of them, so every object counts.
   * No `switch` over types where every program passes: linking one takes milliseconds at start-up.
   * A failure that nobody reads is found by the `LeakDetector` when the future has been collected.
   */
  private static final byte PENDING = 0;
  private static final byte CANCELLED = 1;
  private static final byte FINISHED = 2;
  private static final byte FAILED = 3;

  /// A mark: a coroutine driven by hand awaits it, in contrast to yielding it.
  static final byte BLOCKING = 1;

  /// A mark: its failure counts as read, because who would have read it has failed before.
  static final byte EXCUSED = 2;

  /// A mark: its failure will be reported, if nobody who awaits a shield of it is left.
  static final byte SHIELDED = 4;

  /// Marks: a cancellation that arrives in this task tells where, because it may well end the
  /// program, or is that of a time limit.
  static final byte MAIN = 8;

  static final byte LIMITED = 16;

  /// A mark: the cancellation that a task has as its `outcome` has not arrived yet.
  static final byte WISH = 32;

  private final EventLoop loop;
  private byte state;
  private byte marks;
  private @Nullable Object outcome;
  private @Nullable Object callbacks;

  /// A future of the loop that runs here, or else of that of [Asyncio#setEventLoop].
  ///
  /// @throws IllegalStateException if there is neither
  public Future() {
    this(Running.getEventLoop());
  }

  /// A future of `loop`.
  ///
  /// @param loop the loop it belongs to
  public Future(EventLoop loop) {
    this.loop = Objects.requireNonNull(loop, "loop");
    if (loop.getDebug()) {
      Debug.noteOrigin(this);
    }
  }

  /// {@return the loop it belongs to; any thread}
  public EventLoop getLoop() {
    return loop;
  }

  // ---- state ------------------------------------------------------------------------------------

  final boolean has(byte mark) {
    return (marks & mark) != 0;
  }

  final void mark(byte mark) {
    marks |= mark;
  }

  final void unmark(byte mark) {
    marks &= (byte) ~mark;
  }

  /// {@return whether it has a result or an exception, or was cancelled}
  public boolean done() {
    return state != PENDING;
  }

  /// {@return whether it was cancelled}
  public boolean cancelled() {
    return state == CANCELLED;
  }

  /// {@return the result; never suspends}
  ///
  /// Throws the future's exception, the very object, if it has one.
  ///
  /// @throws InvalidStateException if it is not done
  /// @throws CancelledError if it was cancelled
  @SuppressWarnings({"unchecked", "NullAway"}) // the outcome is what setResult was given
  public T result() {
    return switch (state) {
      case FINISHED -> (T) outcome;
      case FAILED, CANCELLED -> throw Sneaky.sneak(thrown());
      default -> throw notSet("Result");
    };
  }

  /// What the caller gets in place of a result.
  private Throwable thrown() {
    var error = state == FAILED ? read() : makeCancelledError();
    if (error instanceof CancelledError cancellation) {
      cancellation.arrived(this);
    }
    return AwaitedAt.add(error);
  }

  private InvalidStateException notSet(String what) {
    return new InvalidStateException(
        what + " is not set. " + this + " is not done yet; await(...) waits for it");
  }

  /// {@return the exception, or `null` if there is a result; never suspends}
  ///
  /// @throws InvalidStateException if it is not done
  /// @throws CancelledError if it was cancelled
  public @Nullable Throwable exception() {
    return switch (state) {
      case FINISHED -> null;
      case FAILED -> read();
      case CANCELLED -> throw Sneaky.sneak(thrown());
      default -> throw notSet("Exception");
    };
  }

  private Throwable read() {
    var failure = failure();
    failure.read = true;
    return failure.error;
  }

  /// The outcome in state FAILED.
  private Failure failure() {
    return (Failure) Objects.requireNonNull(outcome);
  }

  /// Takes note that somebody has seen the exception, if there is one.
  final void markRead() {
    if (state == FAILED) {
      read();
    }
  }

  /// Whether it failed, and somebody has seen the exception. Any thread.
  final boolean hasFailureBeenRead() {
    return outcome instanceof Failure failure && failure.read;
  }

  /// Whether it ended otherwise than with a result.
  final boolean failedOrCancelled() {
    return state == FAILED || state == CANCELLED;
  }

  /// Whether awaiting it ends with a cancellation.
  final boolean bringsCancellation() {
    return state == CANCELLED || peekException() instanceof CancelledError;
  }

  /// The exception of a failed future, without marking it as read.
  final @Nullable Throwable peekException() {
    return state == FAILED ? failure().error : null;
  }

  /// What a cancelled future throws: for a task, first the exception that left its body, then fresh
  /// ones.
  CancelledError makeCancelledError() {
    return switch (outcome) {
      case CancelledError e -> {
        var cancellation = e.cancellation();
        outcome = cancellation == null ? null : cancellation.silently();
        yield e;
      }
      case Cancellation cancellation -> cancellation.toError();
      case null, default -> new CancelledError();
    };
  }

  /// The message that it gives to whoever asks after the first, if it was cancelled.
  final @Nullable String cancelMessage() {
    return outcome instanceof Cancellation cancellation ? cancellation.message() : null;
  }

  /// {@return who cancelled it, and why: what ended this, or for a task that is being cancelled,
  /// the last request; `null` if there is none}
  ///
  /// Of a [CancelledError] that a program has made itself nothing is known. Call on the loop's
  /// thread. Python: nothing like it.
  public final @Nullable Cancellation cancellation() {
    return switch (state) {
      case PENDING -> requested();
      case CANCELLED ->
          outcome instanceof CancelledError e ? e.cancellation() : (Cancellation) outcome;
      default -> peekException() instanceof CancelledError e ? e.cancellation() : null;
    };
  }

  // While a task is pending, `outcome` keeps the last cancellation that it was asked for, until it
  // is taken back.
  // As long as that has not arrived, it is a wish.

  private @Nullable Cancellation requested() {
    return outcome instanceof Interruption interruption
        ? interruption.cancellation
        : (Cancellation) outcome;
  }

  final boolean hasWish() {
    return has(WISH) && state == PENDING;
  }

  final void setWish(Cancellation cancellation) {
    outcome = cancellation;
    mark(WISH);
  }

  /// It was passed on, and is no wish.
  final void note(Cancellation cancellation) {
    if (!hasWish() && state == PENDING) {
      outcome = cancellation;
    }
  }

  /// The last request was taken back: if nobody has asked since, `before` is the last one again.
  final void replaceRequest(Cancellation last, Cancellation before) {
    if (state == PENDING && outcome == last) {
      outcome = hasWish() ? before.silently() : before; // a wish is still that of `last`
    }
  }

  /// Nobody wants to cancel this any more.
  final void forgetRequests() {
    if (state == PENDING) {
      if (hasWish()) {
        takeWish();
      }
      outcome = null;
    }
  }

  final Cancellation wish() {
    return Objects.requireNonNull(requested());
  }

  /// Whether the next await is to throw a wish, in contrast to one that has arrived as an
  /// interrupt.
  final boolean hasDueWish() {
    return hasWish() && !(outcome instanceof Interruption interruption && !interruption.isDue());
  }

  /// What has become of the wish if the task waits in a blocking call, or did so.
  final @Nullable Interruption interruption() {
    return outcome instanceof Interruption interruption ? interruption : null;
  }

  /// The wish becomes an interrupt.
  final Interruption makeInterruption() {
    var interruption = interruption();
    if (interruption == null) {
      interruption = new Interruption(wish());
      outcome = interruption;
    }
    return interruption;
  }

  /// Ends the wish, and an interrupt that stands for it.
  final Cancellation takeWish() {
    var cancellation = wish();
    if (outcome instanceof Interruption interruption) {
      interruption.withdraw();
    }
    outcome = cancellation;
    unmark(WISH);
    return cancellation;
  }

  // ---- completion -------------------------------------------------------------------------------

  /// Gives the future its result and wakes who waits for it.
  ///
  /// @param result the result
  /// @throws InvalidStateException if it is done already
  /// @throws IllegalStateException if this is a task
  public void setResult(T result) {
    ensurePending();
    finish(result);
  }

  /// Gives the future an exception and wakes who waits for it. If nobody ever asks for the
  /// exception, it is reported to the loop's exception handler.
  ///
  /// @param exception what awaiting it will throw; a [StopIteration] as the cause of an
  ///   [IllegalStateException]
  /// @throws InvalidStateException if it is done already
  /// @throws IllegalStateException if this is a task
  public void setException(Throwable exception) {
    ensurePending();
    fail(exception);
  }

  /// Cancels the future and wakes who waits for it; they get a [CancelledError].
  ///
  /// @return whether that was possible: `false` if it is done already
  public final boolean cancel() {
    return cancel(null);
  }

  /// Cancels the future and wakes who waits for it.
  ///
  /// @param message the message of the [CancelledError], and the reason that [#cancellation()] has;
  ///   or `null`
  /// @return whether that was possible: `false` if it is done already
  public boolean cancel(@Nullable String message) {
    if (state != PENDING) {
      markRead();
      return false;
    }
    return cancelBy(Cancellation.request(this, message));
  }

  /// Cancels it, as [#cancel(String)] does.
  boolean cancelBy(Cancellation cancellation) {
    if (state != PENDING) {
      markRead();
      return false;
    }
    cancelWith(cancellation);
    return true;
  }

  private void ensurePending() {
    if (state != PENDING) {
      throw new InvalidStateException("invalid state: " + this + " is done already");
    }
  }

  final void finish(T result) {
    settle(FINISHED, result);
  }

  final void fail(Throwable exception) {
    Objects.requireNonNull(exception, "exception");
    if (exception instanceof StopIteration) {
      exception =
          new IllegalStateException(
              "StopIteration interacts badly with generators and cannot be raised into a Future",
              exception);
    }
    var failure = new Failure(exception);
    failure.read = has(EXCUSED);
    settle(FAILED, failure);
    if (!failure.read) {
      failure.track(this);
    }
  }

  /// Ends as cancelled, with a [Cancellation] or with the exception to throw first.
  final void cancelWith(@Nullable Object detail) {
    settle(CANCELLED, detail);
  }

  private void settle(byte newState, @Nullable Object newOutcome) {
    var waiting = callbacks;
    if (waiting != null) {
      loop.thread.check();
    }
    outcome = newOutcome;
    state = newState;
    callbacks = null;
    if (waiting instanceof Entry entry) {
      loop.scheduleUnlessClosed(entry);
    } else if (waiting != null) {
      for (var entry : Callbacks.of(waiting)) {
        loop.scheduleUnlessClosed(entry);
      }
    }
  }

  // ---- callbacks --------------------------------------------------------------------------------

  /// Has `callback` called by the loop, with this future, once it is done; soon, if it is done
  /// already. Runs in a copy of the current context.
  ///
  /// @param callback what to call; what it throws goes to the loop's exception handler
  /// @throws IllegalStateException if this is done already and its loop is closed
  public final void addDoneCallback(Consumer<? super Future<T>> callback) {
    addDoneCallback(callback, null);
  }

  /// Has `callback` called by the loop once this is done, in the given context.
  ///
  /// @param callback what to call
  /// @param context the context, or `null` for a copy of the current one
  public final void addDoneCallback(
      Consumer<? super Future<T>> callback, @Nullable Context context) {
    Objects.requireNonNull(callback, "callback");
    if (state != PENDING) {
      loop.life.checkNotClosed();
    }
    whenDone(new DoneCallback<>(this, callback, context != null ? context : Context.current()));
  }

  /// Removes a callback as often as it was added.
  ///
  /// @param callback the callback
  /// @return how many were removed
  public final int removeDoneCallback(Consumer<? super Future<T>> callback) {
    Objects.requireNonNull(callback, "callback");
    var removed = new ArrayList<Entry>();
    for (var entry : List.copyOf(Callbacks.of(callbacks))) { // an equals() may change them
      if (entry instanceof DoneCallback<?> d && d.calls(callback)) {
        removed.add(entry);
      }
    }
    removed.forEach(this::forget);
    return removed.size();
  }

  /// Puts `entry` into the ready queue once this is done.
  void whenDone(Entry entry) {
    if (state != PENDING) {
      loop.thread.check();
      loop.schedule(entry);
    } else {
      callbacks = Callbacks.with(callbacks, entry);
    }
  }

  /// Takes `entry` back from [#whenDone].
  final void forget(Entry entry) {
    callbacks = Callbacks.without(callbacks, entry);
  }

  /// {@return the tasks and futures that wait for this one: the edges of the await graph}
  public final Set<Future<?>> awaitedBy() {
    var awaiters = new LinkedHashSet<Future<?>>();
    for (var entry : Callbacks.of(callbacks)) {
      var awaiter =
          switch (entry) {
            case Task<?> task -> task;
            case Waits.Awaiter a -> a.awaiter();
            default -> null;
          };
      if (awaiter != null && !awaiter.done()) {
        awaiters.add(awaiter);
      }
    }
    return awaiters;
  }

  /// Who has called, from another loop perhaps, and awaits what this brings; `null` if nobody has.
  final @Nullable String caller() {
    for (var entry : Callbacks.of(callbacks)) {
      var caller = RemoteCall.callerOf(entry);
      if (caller != null) {
        return caller;
      }
    }
    return null;
  }

  /// What tasks that await it wait for.
  WaitInfo waitInfo() {
    var source = source();
    return new WaitInfo(
        WaitInfo.Kind.FUTURE,
        source.isEmpty() ? "a future" : "a future made at " + Describe.frame(source.getFirst()));
  }

  // ---- waiting ----------------------------------------------------------------------------------

  /// {@return `awaitable` itself if it is a future, else `null`}
  @SuppressWarnings("unchecked") // what a future announces is fixed
  static <T extends @Nullable Object> @Nullable Future<T> asFuture(Awaitable<T, ?> awaitable) {
    return awaitable instanceof Future<?> future ? (Future<T>) future : null;
  }

  /// See [Asyncio#ensureFuture(Awaitable)].
  static <T extends @Nullable Object> Future<T> ensure(Awaitable<T, ?> awaitable) {
    var future = asFuture(awaitable);
    return future != null ? future : ensure(awaitable, Running.getEventLoop());
  }

  /// See [Asyncio#ensureFuture(Awaitable, EventLoop)].
  static <T extends @Nullable Object> Future<T> ensure(Awaitable<T, ?> awaitable, EventLoop loop) {
    var future = asFuture(awaitable);
    if (future != null) {
      LoopMismatch.check(future, Objects.requireNonNull(loop, "loop"));
      return future;
    }
    Objects.requireNonNull(awaitable, "awaitable");
    Objects.requireNonNull(loop, "loop");
    try {
      return loop.createFutureFor(awaitable, TaskOptions.defaults());
    } catch (IllegalStateException e) {
      if (awaitable instanceof Coroutine<?> refused && refused.state() == Coroutine.State.CREATED) {
        refused.close(); // the error is told; that it was never awaited need not be
      }
      throw e;
    }
  }

  /// The loop of the first future among them, or else the current one.
  static EventLoop loopOf(Collection<? extends Awaitable<?, ?>> awaitables) {
    for (var awaitable : Objects.requireNonNull(awaitables, "awaitables")) {
      if (awaitable instanceof Future<?> future) {
        return future.getLoop();
      }
    }
    return Running.getEventLoop();
  }

  /// Waits until this is done. Suspends unless it is.
  ///
  /// **Cancellation** of the waiting task cancels this future, too; [Asyncio#shield] prevents that.
  ///
  /// @return the result; throws the future's exception, the very object, if it has one
  /// @throws CancelledError if this future or the waiting task is cancelled
  /// @throws IllegalStateException if it is not done, and the caller runs in no coroutine, on
  ///   another loop, or is this very task
  @Override
  public T await() {
    if (state == PENDING) {
      var owner = Running.code();
      if (owner instanceof Task<?> task) {
        task.awaitFuture(this);
      } else if (owner instanceof Coroutine<?> coroutine) {
        coroutine.awaitFuture(this);
      } else {
        throw new IllegalStateException(
            "await outside a coroutine: "
                + this
                + " is not done, and no task runs here that could wait; use run(...), createTask(...) or"
                + " addDoneCallback(...)");
      }
    }
    return result();
  }

  /// Waits like [#await()], and tells the compiler of a checked exception that may come out.
  ///
  /// @param <X> the exception
  /// @param mayThrow its class
  /// @return the result
  /// @throws X if the future failed with it
  public final <X extends Throwable> T await(Class<X> mayThrow) throws X {
    Objects.requireNonNull(mayThrow, "mayThrow");
    return await();
  }

  /// A [CompletableFuture] that follows this one, for code that knows nothing of loops, on any
  /// thread. Cancelling it cancels this one. The loop's own thread cannot wait for it: that is an
  /// [IllegalStateException], except under [BlockingPolicy#SWITCH].
  ///
  /// @return a new one each time
  public final CompletableFuture<T> toCompletableFuture() {
    return JdkFutures.toCompletableFuture(this);
  }

  /// Waits like [#await(Class)], and tells the compiler of two checked exceptions.
  ///
  /// @param <X> the one exception
  /// @param <Y> the other
  /// @param mayThrow the one exception's class
  /// @param orThrow the other's
  /// @return the result
  /// @throws X if it failed with that
  /// @throws Y if it failed with that
  public final <X extends Throwable, Y extends Throwable> T await(
      Class<X> mayThrow, Class<Y> orThrow) throws X, Y {
    Objects.requireNonNull(mayThrow, "mayThrow");
    Objects.requireNonNull(orThrow, "orThrow");
    return await();
  }

  // ---- description ------------------------------------------------------------------------------

  final List<StackTraceElement> source() {
    return Debug.origin(this);
  }

  /// The class.
  String kind() {
    return "Future";
  }

  /// Whatever comes between state and result.
  String details() {
    return "";
  }

  /// {@return `<Future pending>`, `<Future finished result=1>` and so on, as asyncio describes it}
  @Override
  public String toString() {
    return Describe.once(this, this::describe);
  }

  private String describe() {
    var text =
        new StringBuilder("<").append(kind()).append(' ').append(stateName()).append(details());
    switch (state) {
      case FINISHED -> text.append(" result=").append(Describe.value(outcome));
      case FAILED -> text.append(" exception=").append(Describe.value(peekException()));
      default -> {
        var waiting = Callbacks.of(callbacks);
        if (!waiting.isEmpty()) {
          text.append(" cb=").append(Describe.callbacks(List.copyOf(waiting)));
        }
      }
    }
    var source = source();
    if (!source.isEmpty()) {
      text.append(" created at ").append(Describe.place(source.getFirst()));
    }
    return text.append('>').toString();
  }

  String stateName() {
    return switch (state) {
      case PENDING -> "pending";
      case CANCELLED -> "cancelled";
      default -> "finished";
    };
  }
}
