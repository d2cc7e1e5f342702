package jasyncio;

import jasyncio.internal.loop.Entry;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A coroutine that another loop runs, as a future of the loop where it was called.
final class RemoteCall<T extends @Nullable Object> extends Future<T> {
  /* Overview
   * The future belongs to the caller's loop, *here*; a task of the other loop, *there*, runs the body. The two threads
   * share nothing: they send each other entries, which arrive in the order in which they were sent.
   *
   *   here                       there
   *   begin    -- start  ->      makes the task
   *   cancelBy -- cancel ->      cancels the task, which may clean up, or refuse
   *            <- end    --      the task has ended, or will never begin
   *
   * The future is pending until the end comes: who is cancelled while it waits for a call goes on when the task there
   * has ended, and not before; unless there is none yet, as that loop is busy, or does not run. A cancellation that
   * comes there too late for the task counts here, as it does for a task that is cancelled when what it waits for is
   * done: the end tells how many the task has `taken`.
   *
   * Who takes the call off the other loop's list sends the end, so there is one: the task's end, or the closing of that
   * loop, which does it for all that are left. If the task was cancelled because its loop ends, and not because of the
   * caller, the call has failed: nobody has cancelled who waits for it. An error counts as read when it has arrived: if
   * the caller's loop is closed by then, it is told of there, as that of a task nobody awaits.
   *
   * Calls may go round in a circle, each waiting for the next. A cancellation that comes back to a call by way of that
   * call has found one, and ends it there.
   */
  private static final AtomicLong COUNTER = new AtomicLong();
  private static final ScopedValue<Way> WAY = ScopedValue.newInstance();

  final long number = COUNTER.incrementAndGet(); // for the list
  private final EventLoop there;
  private final Object naming; // of the body
  private final String caller; // for those who look at the task
  private volatile @Nullable String taskName; // once it is made; for those who look at the caller
  private volatile boolean awaited; // somebody here waits for it, or has; for those who look, too
  private final AtomicBoolean begun = new AtomicBoolean(); // or never to begin; any thread
  private int asked; // how many cancellations were sent; here
  private @Nullable Object body; // belongs to who sets `begun`; what follows is of there alone
  private @Nullable TaskOptions options;
  private @Nullable Future<T> task;
  private int taken; // of these cancellations

  /// The calls by which a cancellation has come so far.
  private record Way(RemoteCall<?> call, @Nullable Way before) {
    /// That of the cancellation which is being delivered, or `null`.
    static @Nullable Way current() {
      return WAY.isBound() ? WAY.get() : null;
    }

    static boolean leadsThrough(RemoteCall<?> call) {
      for (var way = current(); way != null; way = way.before) {
        if (way.call == call) {
          return true;
        }
      }
      return false;
    }
  }

  /// How the task ended; done here.
  private interface End {
    void run();

    /// It is here: gives the error, if the task has failed, which is lost unless it is run.
    default @Nullable Throwable arrive() {
      return null;
    }
  }

  private RemoteCall(EventLoop here, EventLoop there, Object body, TaskOptions options) {
    super(here);
    this.there = there;
    this.naming = CoroutineBody.naming(body);
    var task = Running.task();
    var name = task != null ? task.getName() : "a callback";
    this.caller = there == here ? name : name + " on " + here.observer.name();
    this.body = body;
    this.options = options.context() != null ? options : options.context(Context.copyContext());
  }

  /// See [EventLoop#call(Awaitable)].
  ///
  /// @param body an [Awaitable] of a `T`, or an [Action]
  static <T extends @Nullable Object> Future<T> begin(
      EventLoop there, Object body, TaskOptions options) {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(options, "options");
    var here = callersLoop("loop");
    if (body instanceof Future<?> future) {
      throw new IllegalArgumentException(
          "a coroutine was expected, got "
              + body
              + ", which is on its way already; "
              + (future.getLoop() == here
                  ? "await(future) waits for it here"
                  : "have its own loop wait for it: future.getLoop().call(() -> await(future))"));
    }
    var call = new RemoteCall<T>(here, there, body, options);
    call.expectAnswer();
    if (!there.calls.add(call)) {
      call.answered();
      CoroutineBody.drop(body);
      throw new IllegalStateException("Event loop is closed");
    }
    there.stalls.hasOutside();
    there.thread.sendUnlessClosed(call::start);
    return call;
  }

  /// The loop that runs here.
  ///
  /// @param loop what a plain thread would write for the other one
  static EventLoop callersLoop(String loop) {
    var here = Running.loop();
    if (here == null) {
      throw new IllegalStateException(
          "no event loop runs here whose tasks could await the call; a plain thread uses"
              + " runCoroutineThreadsafe(body, "
              + loop
              + ")");
    }
    return here;
  }

  /// Virtual time stands still while another thread works for the loop; a task of its own needs it.
  private void expectAnswer() {
    if (there != getLoop()) {
      getLoop().idleHooks.answerExpected();
    }
  }

  private void answered() {
    if (there != getLoop()) {
      getLoop().idleHooks.answered();
    }
  }

  // ---- there ------------------------------------------------------------------------------------

  private void start() {
    if (!begun.compareAndSet(false, true)) {
      return; // it was cancelled before
    }
    var theBody = Objects.requireNonNull(body);
    var theOptions = Objects.requireNonNull(options);
    body = null;
    options = null;
    try {
      Future<T> made = there.taskMaker.future(theBody, theOptions);
      if (made instanceof Task<?> t) {
        t.reportIfDestroyed = false; // the caller is told
        taskName = t.getName();
      }
      task = made;
      made.whenDone(new TaskEnd<>(this, made));
    } catch (Throwable e) { // of a task factory
      CoroutineBody.drop(theBody);
      if (there.calls.remove(this)) {
        tellFailure(e, null);
      }
    }
  }

  /// Waits for the task.
  private static final class TaskEnd<T extends @Nullable Object> extends Entry {
    private final RemoteCall<T> call;
    private final Future<T> task;

    TaskEnd(RemoteCall<T> call, Future<T> task) {
      this.call = call;
      this.task = task;
    }

    @Override
    protected void run() {
      if (call.there.calls.remove(call)) {
        call.tellEnd(task);
      }
    }

    @Override
    public String toString() {
      return "the end of a call on another loop";
    }
  }

  /// Who has called, and awaits that, if `waiting` waits for the end of a call's task.
  static @Nullable String callerOf(Entry waiting) {
    return waiting instanceof TaskEnd<?> end && end.call.awaited ? end.call.caller : null;
  }

  private void cancelTask(Cancellation cancellation) {
    if (task != null && cancellation.reach(task)) {
      taken++;
    }
  }

  private void tellEnd(Future<T> ended) {
    task = null;
    if (ended.cancelled()) {
      var error = ended.makeCancelledError();
      boolean byItsLoop = there.life.isEnding() && isShutdown(error);
      sendEnd(() -> cancelled(error, byItsLoop));
      return;
    }
    var error = ended.peekException();
    if (error != null) {
      tellFailure(error, ended);
    } else {
      var value = ended.result();
      sendEnd(() -> finish(value));
    }
  }

  private void dropBody() {
    CoroutineBody.drop(Objects.requireNonNull(body));
    body = null;
    options = null;
  }

  /// @param unread the task, if there is one: its error counts as read when that has arrived
  private void tellFailure(Throwable error, @Nullable Future<T> unread) {
    there.calls.gives(this, error);
    sendEnd(
        new End() {
          @Override
          public void run() {
            fail(error);
          }

          @Override
          public @Nullable Throwable arrive() {
            if (unread != null) {
              unread.markRead();
            }
            return error;
          }
        });
  }

  private static boolean isShutdown(CancelledError error) {
    var cancellation = error.cancellation();
    return cancellation != null && cancellation.isShutdown();
  }

  /// The other loop has been closed, and nothing runs there any more.
  void lost() {
    var left = task;
    if (left != null && left.done()) {
      tellEnd(left);
      return;
    }
    if (begun.compareAndSet(false, true)) {
      dropBody();
    }
    task = null;
    sendEnd(this::failAsLost);
  }

  private void sendEnd(End end) {
    int takenInAll = taken;
    getLoop()
        .thread
        .sendUnlessClosed(() -> {
          answered();
          end(end, takenInAll);
        });
  }

  // ---- here -------------------------------------------------------------------------------------

  private void end(End end, int takenInAll) {
    var error = end.arrive();
    if (!done() && (asked == takenInAll)) {
      end.run();
      return;
    }
    if (!done()) { // it was too late for the task, but not for us
      cancelWith(cancellation());
    }
    if (error != null) {
      getLoop()
          .callExceptionHandler(
              ErrorContext.of("the call of " + what() + " has failed as it was cancelled")
                  .exception(error)
                  .future(this));
    }
  }

  private void cancelled(CancelledError error, boolean byItsLoop) {
    if (byItsLoop && asked == 0 && !getLoop().life.isEnding()) {
      failAsLost();
    } else {
      cancelWith(error);
    }
  }

  /// Who awaits it is told; if nobody does, nothing has gone wrong.
  private void failAsLost() {
    mark(EXCUSED);
    fail(
        new IllegalStateException(
            there.life.whyEnded() + " before it had run the call of " + what()));
  }

  @Override
  void whenDone(Entry entry) {
    awaited = true;
    super.whenDone(entry);
  }

  @Override
  boolean cancelBy(Cancellation cancellation) {
    if (done()) {
      markRead();
      return false;
    }
    getLoop().thread.check();
    if (Way.leadsThrough(this)) {
      cancelWith(cancellation);
      return true;
    }
    if (begun.compareAndSet(false, true)) {
      dropBody();
      if (there.calls.remove(this)) {
        answered();
        cancelWith(cancellation);
        return true;
      } // else that loop is being closed, and tells us
    }
    asked++;
    note(cancellation);
    var way = new Way(this, Way.current());
    there.thread.sendUnlessClosed(
        () -> ScopedValue.where(WAY, way).run(() -> cancelTask(cancellation)));
    return true;
  }

  /// @throws IllegalStateException always: the other loop sets the result
  @Override
  public void setResult(T result) {
    throw new IllegalStateException("the result of a call is set by the loop that runs it");
  }

  /// @throws IllegalStateException always: the other loop sets the exception
  @Override
  public void setException(Throwable exception) {
    throw new IllegalStateException("the exception of a call is set by the loop that runs it");
  }

  /// For messages. Any thread.
  String what() {
    return Describe.name(naming) + "() on " + there.observer.name();
  }

  @Override
  WaitInfo waitInfo() {
    var name = taskName;
    return new WaitInfo(WaitInfo.Kind.THREAD, name == null ? what() : what() + ", " + name);
  }

  @Override
  String details() {
    return " call=<" + what() + ">";
  }
}
