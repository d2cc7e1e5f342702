package jasyncio;

import jasyncio.internal.base.Sneaky;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// Tasks that end together: none outlives the group, and if one fails the others are cancelled.
///
/// Two shapes. `taskGroup(tg -> { … })` is asyncio's: the group ends with its body, and a failure
/// cancels the body, too. `try (var tg = TaskGroup.open()) { …; tg.join(); }` is that of the JDK's
/// `StructuredTaskScope`: `join` waits and throws, a failure before it cancels the other tasks
/// only, and leaving without `join` cancels them all. Used on the loop's thread, by the task that
/// entered it and by those in it. Python: `asyncio.TaskGroup`.
public final class TaskGroup implements AutoCloseable {
  /* Overview
   * States:  new -> entered -> exiting -> finished; `aborting` from the first failure, or cancel(), on.
   * The parent is cancelled at most once by the group (`parentRequest`), and that request is taken
   * back at the end with uncancel(): if the count is then zero, the CancelledError was the group's own and ends here;
   * else somebody outside cancelled, too, and it goes on. CPython: taskgroups.py.
   * A group that has ended keeps nothing of what went on in it.
   */

  /// The body of a group that gives a value.
  ///
  /// @param <T> what it gives
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /// Runs the body; may suspend.
    ///
    /// @param group the group
    /// @return the value
    /// @throws Exception what the code throws
    T run(TaskGroup group) throws Exception;
  }

  /// The body of a group that gives no value.
  @FunctionalInterface
  public interface VoidBody {
    /// Runs the body; may suspend.
    ///
    /// @param group the group
    /// @throws Exception what the code throws
    void run(TaskGroup group) throws Exception;
  }

  private final Set<Task<?>> tasks = new LinkedHashSet<>();
  private final List<Throwable> errors = new ArrayList<>();
  private @Nullable Task<?> parent; // once entered
  private @Nullable Coroutine<?> scope; // the generator in whose body it is
  private @Nullable Future<Boolean> allDone;
  private @Nullable Throwable baseError; // KeyboardInterrupt or SystemExit
  private @Nullable CancelledError lastCancellation; // that came while it waited for its tasks
  private boolean cancelsParent;
  private boolean entered;
  private boolean exiting;
  private boolean finished;
  private @Nullable Cancellation aborting; // because of that; null: it is not
  private boolean cancelRequested;
  private @Nullable OwnRequest parentRequest;

  /// A group that is not entered yet: for [#run].
  public TaskGroup() {}

  /// A group to be used in a try-with-resources statement, with [#join()] as its last call.
  ///
  /// @return the group, entered
  /// @throws IllegalStateException if the caller runs in no task
  public static TaskGroup open() {
    var group = new TaskGroup();
    group.enter(false);
    return group;
  }

  /// Runs `body`, then waits for the group's tasks. Suspends. A [KeyboardInterrupt] or [SystemExit]
  /// comes out alone.
  ///
  /// **Cancellation** cancels the body and the tasks, and is passed on when they have ended.
  ///
  /// @param <T> what the body gives
  /// @param body what makes the tasks
  /// @return what it gives; `null` if [#cancel()] ended the body
  /// @throws ExceptionGroup if tasks or the body failed
  /// @throws GeneratorExit if the body threw that and no task failed
  /// @throws IllegalStateException if the group was used before, or the caller runs in no task
  public <T extends @Nullable Object> T run(Body<T> body) {
    Objects.requireNonNull(body, "body");
    enter(true);
    T value = CoroutineBody.nothing();
    Throwable error = null;
    try {
      value = body.run(this);
    } catch (Throwable e) {
      error = parentTask().asCancellation(e);
    }
    exit(error);
    return value;
  }

  private void enter(boolean cancelsParent) {
    if (entered) {
      throw new IllegalStateException("TaskGroup " + this + " has already been entered");
    }
    var current = Running.task();
    if (current == null) {
      throw new IllegalStateException(
          "TaskGroup "
              + this
              + " cannot determine the parent task; use run(...) or createTask(...)");
    }
    parent = current;
    scope = Coroutine.enterScope();
    this.cancelsParent = cancelsParent;
    entered = true;
    if (cancelRequested) {
      cancelNow();
    }
  }

  // ---- tasks ------------------------------------------------------------------------------------

  /// Makes a task of the group.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @return the task
  /// @throws IllegalStateException if the group is not entered, is shutting down, or has ended
  public <T extends @Nullable Object> Task<T> createTask(Awaitable<T, ?> body) {
    return createTask(body, TaskOptions.defaults());
  }

  /// Makes a task of the group, with a name.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param name its name
  /// @return the task
  public <T extends @Nullable Object> Task<T> createTask(Awaitable<T, ?> body, String name) {
    return createTask(body, TaskOptions.named(name));
  }

  /// Makes a task of the group.
  ///
  /// @param body the coroutine
  /// @return the task
  @LowPriorityInOverloadResolution
  public Task<Void> createTask(Action<?> body) {
    return createTask(body, TaskOptions.defaults());
  }

  /// Makes a task of the group, with a name.
  ///
  /// @param body the coroutine
  /// @param name its name
  /// @return the task
  @LowPriorityInOverloadResolution
  public Task<Void> createTask(Action<?> body, String name) {
    return createTask(body, TaskOptions.named(name));
  }

  /// Makes a task of the group.
  ///
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @return the task
  @LowPriorityInOverloadResolution
  public Task<Void> createTask(Action<?> body, TaskOptions options) {
    return make(body, options);
  }

  /// Makes a task of the group.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @return the task
  public <T extends @Nullable Object> Task<T> createTask(
      Awaitable<T, ?> body, TaskOptions options) {
    return make(body, options);
  }

  /// Makes a task of the group and waits until it says that it is ready; the task goes on.
  /// Suspends.
  ///
  /// ```java fragment
  /// taskGroup(tg -> {
  ///   int port =
  ///       tg.start(ready -> {
  ///         ready.started(8080);
  ///         sleep(0.1); // and serves
  ///       });
  ///   IO.println("listens at " + port);
  /// });
  /// ```
  ///
  /// What the task throws before it is ready comes out here, the very object, and is no failure of
  /// the group; from then on it is. **Cancellation** cancels the task, and is passed on when that
  /// has ended. Python: `start` of trio's nurseries and anyio's task groups.
  ///
  /// @param <T> what the task says when it is ready
  /// @param <X> what its body throws
  /// @param body the coroutine
  /// @return what it gave to [Readiness#started]
  /// @throws X what the body throws before it is ready
  /// @throws CancelledError if it, or the waiting task, is cancelled before it is ready
  /// @throws IllegalStateException if the body ends without having been ready; or if the group is
  ///   not entered, is shutting down, or has ended
  public <T extends @Nullable Object, X extends Exception> T start(StartBody<T, X> body) throws X {
    return start(body, TaskOptions.defaults());
  }

  /// Makes a task of the group and waits until it says that it is ready, as the other form does.
  ///
  /// @param <T> what the task says when it is ready
  /// @param <X> what its body throws
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @return what it gave to [Readiness#started]
  /// @throws X what the body throws before it is ready
  public <T extends @Nullable Object, X extends Exception> T start(
      StartBody<T, X> body, TaskOptions options) throws X {
    Objects.requireNonNull(body, "body");
    var readiness = new Readiness<T>();
    var task = createTask(() -> readiness.run(body), options);
    task.addDoneCallback(_ -> readiness.future.cancel()); // it may never have begun
    try {
      return readiness.future.await();
    } catch (CancelledError e) {
      if (task.cancel()) {
        Waits.wait(List.of(task), Double.POSITIVE_INFINITY, ReturnWhen.ALL_COMPLETED);
      }
      throw e;
    }
  }

  /// The body of a task that says when it is ready.
  ///
  /// @param <T> what it says
  /// @param <X> what it throws
  @FunctionalInterface
  public interface StartBody<T extends @Nullable Object, X extends Exception> {
    /// Runs the body; may suspend.
    ///
    /// @param ready to be told when the task is ready
    /// @throws X what the code throws
    void run(Readiness<T> ready) throws X;
  }

  /// By which a task tells [#start] that it is ready. Python: trio's and anyio's `TaskStatus`.
  ///
  /// @param <T> what it says
  public static final class Readiness<T extends @Nullable Object> {
    private final Future<T> future =
        Running.getRunningLoop()
            .createFuture(() ->
                new WaitInfo(WaitInfo.Kind.TASK, "a task of the group to say that it is ready"));

    private Readiness() {}

    /// The task is ready: [#start] gives `value` to who waits there. Does not suspend. Nothing
    /// happens if that one was cancelled.
    ///
    /// @param value what to say
    /// @throws IllegalStateException if it has been said before
    public void started(T value) {
      if (!future.cancelled()) {
        if (future.done()) {
          throw new IllegalStateException("started() has already been called");
        }
        future.setResult(value);
      }
    }

    private void run(StartBody<T, ?> body) throws Exception {
      try {
        body.run(this);
      } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
        throw e;
      } catch (Throwable e) {
        if (future.done()) {
          throw e;
        }
        future.setException(e);
        return;
      }
      if (!future.done()) {
        future.setException(
            new IllegalStateException("the task has ended without a call of started()"));
      }
    }
  }

  /// Makes a task of an [Awaitable] of a `T`, or of an [Action].
  private <T extends @Nullable Object> Task<T> make(Object body, TaskOptions options) {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(options, "options");
    var problem =
        !entered
            ? " has not been entered"
            : finished || (exiting && tasks.isEmpty())
                ? " is finished"
                : aborting != null ? " is shutting down" : null;
    if (problem != null) {
      CoroutineBody.drop(body);
      throw new IllegalStateException("TaskGroup " + this + problem);
    }
    var task = parentTask().getLoop().taskMaker.<T>task(body, options);
    tasks.add(task);
    task.whenDone(new ChildDone(this, task)); // later, also if it is done: its failure cancels us
    if (aborting != null) { // it called cancel() in its eager first step
      task.cancelBy(aborting);
    }
    return task;
  }

  void onTaskDone(Task<?> task) {
    tasks.remove(task);
    if (allDone != null && tasks.isEmpty() && !allDone.done()) {
      allDone.setResult(true);
    }
    if (task.cancelled()) {
      return;
    }
    var error = task.exception();
    if (error == null) {
      return;
    }
    errors.add(error);
    noteBaseError(error);
    var parent = parentTask();
    if (parent.done()) {
      parent
          .getLoop()
          .callExceptionHandler(
              ErrorContext.of(
                      "Task "
                          + task
                          + " has errored out but its parent task "
                          + parent
                          + " is already completed")
                  .exception(error)
                  .task(task));
      return;
    }
    if (aborting == null && parentRequest == null) {
      var failure = Cancellation.groupFailed(parent, task, error);
      abort(failure);
      cancelParent(failure);
    }
  }

  private void noteBaseError(Throwable error) {
    if (baseError == null && (error instanceof KeyboardInterrupt || error instanceof SystemExit)) {
      baseError = error;
    }
  }

  /// The body has ended with `error`.
  private Cancellation ended(Throwable error) {
    var parent = parentTask();
    return error instanceof CancelledError
        ? Cancellation.groupEnds(parent)
        : Cancellation.groupFailed(parent, parent, error);
  }

  private void abort(Cancellation cancellation) {
    aborting = cancellation;
    for (var task : List.copyOf(tasks)) {
      if (!task.done()) {
        task.cancelBy(cancellation);
      }
    }
  }

  private void cancelParent(Cancellation cancellation) {
    if (cancelsParent && parentRequest == null) {
      parentRequest = new OwnRequest(parentTask(), cancellation);
    }
  }

  /// Ends the group without an error: cancels its tasks, and the body of the lambda shape.
  /// Idempotent; before the group is entered it takes effect on entry, after its end it has none.
  /// Python: 3.15.
  public void cancel() {
    cancelRequested = true;
    if (entered && !finished) {
      cancelNow();
    }
  }

  private void cancelNow() {
    var cancellation = Cancellation.groupEnds(parentTask());
    if (aborting == null) {
      abort(cancellation);
    }
    if (!exiting) { // else it waits for us alone
      cancelParent(cancellation);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Waits for the tasks of a group made by [#open()], those that they add included. Suspends.
  ///
  /// **Cancellation** cancels the tasks and is passed on when they have ended.
  ///
  /// @throws ExceptionGroup if tasks failed
  /// @throws IllegalStateException if it has been called before, or if the group was not made by
  ///   [#open()]
  public void join() {
    if (finished || exiting) {
      throw new IllegalStateException("TaskGroup " + this + " has already been joined");
    }
    checkOpened();
    exit(null);
  }

  private void checkOpened() {
    if (cancelsParent || !entered) {
      throw new IllegalStateException(
          "TaskGroup "
              + this
              + " was not made by TaskGroup.open(): it is joined at the end of its body, by run");
    }
  }

  /// Leaves a group made by [#open()]: without [#join()] its tasks are cancelled and waited for,
  /// and what they throw is dropped, because the body has failed or does not care. Suspends.
  ///
  /// **Cancellation** meanwhile arrives at the next await.
  ///
  /// @throws IllegalStateException if the group is one of [#run], which leaves it by itself
  @Override
  public void close() {
    if (finished || !entered) {
      return;
    }
    checkOpened();
    exiting = true;
    if (aborting == null) {
      abort(Cancellation.groupEnds(parentTask()));
    }
    waitForTasks(null);
    var cancellation = lastCancellation;
    var parent = parentTask();
    finish();
    if (cancellation != null) { // from outside: keep the count, and let it arrive at the next await
      parent.cancelAgain(cancellation);
    }
  }

  private void exit(@Nullable Throwable error) {
    exiting = true;
    if (error != null) {
      noteBaseError(error);
      if (aborting == null) {
        abort(ended(error));
      }
    }
    var cancellation = waitForTasks(error instanceof CancelledError e ? e : null);
    var parent = parentTask();
    var baseError = this.baseError;
    var errors = new ArrayList<>(this.errors);
    var lastCancellation = this.lastCancellation;
    var ownRequest = parentRequest;
    finish();
    if (baseError != null) {
      reportDiscarded(parent.getLoop(), errors, baseError);
      throw Sneaky.rethrow(baseError);
    }
    if (ownRequest != null && ownRequest.takeBack() == 0) {
      cancellation = null;
    } else if (cancellation == null && cancelRequested && error == null) {
      cancellation = lastCancellation; // came after cancel(), but was not of that
    }
    if (cancellation != null && errors.isEmpty()) {
      throw cancellation;
    }
    if (error != null && !(error instanceof CancelledError)) {
      errors.add(error);
    }
    if (!errors.isEmpty()) {
      if (parent.cancelling()
          > 0) { // from outside: keep the count, and let it arrive at the next await
        var request = parent.cancellation();
        parent.uncancel();
        parent.cancelBy(request == null ? Cancellation.request(parent, null) : request.silently());
      }
      if (error instanceof GeneratorExit exit && errors.size() == 1) { // a generator is closed
        throw exit;
      }
      throw new ExceptionGroup("unhandled errors in a TaskGroup", errors);
    }
  }

  /// A KeyboardInterrupt or SystemExit comes out alone: tells of the errors that nobody gets.
  private void reportDiscarded(EventLoop loop, List<Throwable> errors, Throwable thrown) {
    for (var error : errors) {
      if (error != thrown) {
        loop.callExceptionHandler(
            ErrorContext.of(
                    "TaskGroup task exception was not propagated because the TaskGroup body is being"
                        + " closed with a BaseException")
                .exception(error)
                .detail("task_group", this));
      }
    }
  }

  private void finish() {
    finished = true;
    Coroutine.leaveScope(scope);
    parent = null;
    scope = null;
    errors.clear();
    baseError = null;
    lastCancellation = null;
    parentRequest = null;
  }

  /// Waits until no task is left; returns the cancellation that ended the group, or the given one.
  private @Nullable CancelledError waitForTasks(@Nullable CancelledError cancellation) {
    while (!tasks.isEmpty() && !parentTask().getLoop().life.isClosing()) { // which ends them all
      if (allDone == null) {
        allDone = parentTask().getLoop().createFuture(this::waitInfo);
      }
      try {
        allDone.await();
      } catch (CancelledError e) {
        lastCancellation = e;
        if (aborting == null) {
          cancellation = e;
          abort(Cancellation.groupEnds(parentTask()));
        }
      }
      allDone = null;
    }
    return cancellation;
  }

  private WaitInfo waitInfo() {
    int open = tasks.size();
    return new WaitInfo(
        WaitInfo.Kind.TASKS,
        "a task group with " + open + (open == 1 ? " open task" : " open tasks"));
  }

  private Task<?> parentTask() {
    return Objects.requireNonNull(parent);
  }

  /// {@return `<TaskGroup tasks=2 entered>`}
  @Override
  public String toString() {
    var text = new StringBuilder("<TaskGroup");
    if (!tasks.isEmpty()) {
      text.append(" tasks=").append(tasks.size());
    }
    if (!errors.isEmpty()) {
      text.append(" errors=").append(errors.size());
    }
    if (aborting != null) {
      text.append(" cancelling");
    } else if (entered) {
      text.append(" entered");
    }
    return text.append('>').toString();
  }

  private static final class ChildDone extends jasyncio.internal.loop.Entry
      implements Waits.Awaiter {
    private final TaskGroup group;
    private final Task<?> task;

    ChildDone(TaskGroup group, Task<?> task) {
      this.group = group;
      this.task = task;
    }

    @Override
    protected void run() {
      try {
        group.onTaskDone(task);
      } catch (KeyboardInterrupt | SystemExit e) { // of an exception handler
        task.getLoop().core.escape(e);
      }
    }

    @Override
    public @Nullable Future<?> awaiter() {
      return group.parent;
    }

    @Override
    public String toString() {
      return "TaskGroup._on_task_done()";
    }
  }
}
