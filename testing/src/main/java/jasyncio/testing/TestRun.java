package jasyncio.testing;

import jasyncio.Asyncio;
import jasyncio.BlockingPolicy;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.FiberKind;
import jasyncio.GatherOption;
import jasyncio.RunOptions;
import jasyncio.Runner;
import jasyncio.Task;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopParts;
import jasyncio.internal.loop.Network;
import jasyncio.internal.loop.ReadyQueue;
import jasyncio.lowlevel.Lowlevel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A loop for a test: made, run again and again, and finished, with a look at what is left.
final class TestRun {
  /* Overview
   * States:  OPEN -> GIVEN_UP   a dead-lock, or it takes too long: `verdict` is set, and all later runs fail with it
   *          OPEN, GIVEN_UP -> FINISHED   finish(), which may have to give up what is left, too
   *
   * Everything happens on the thread that runs the test, but for tooLong(), which a watchdog calls.
   */

  /// What a test does.
  @FunctionalInterface
  interface Body<T extends @Nullable Object> {
    T run() throws Throwable;
  }

  private final String label;
  private final Settings settings;
  private final @Nullable Explored explored;
  private final @Nullable SimulatedWorld world;
  private final EventLoop loop;
  private final TestClock clock;
  private final TestScope scope;
  private final Runner runner;
  private final List<ErrorContext> errors = Collections.synchronizedList(new ArrayList<>());
  private final List<String> warnings = new ArrayList<>();
  private final @Nullable Set<Thread> threadsBefore;
  private volatile boolean late; // set by the watchdog
  private @Nullable Throwable broken; // why the simulation was given up
  private final AtomicReference<@Nullable String> verdict = new AtomicReference<>();
  private @Nullable VirtualTime time;
  private boolean isEndless; // what was given up last ran, and did not wait

  /// @param label what the loop is for: names it in messages
  /// @param watchThreads whether threads that appear meanwhile are the test's
  TestRun(String label, Settings settings, boolean watchThreads) {
    this(label, settings, watchThreads, null, null);
  }

  /// @param explored who chooses the order of events, if somebody does
  /// @param world the simulated world that the loop is in, if it is
  TestRun(
      String label,
      Settings settings,
      boolean watchThreads,
      @Nullable Explored explored,
      @Nullable SimulatedWorld world) {
    this.label = label;
    this.settings = settings;
    this.explored = explored;
    this.world = world;
    this.threadsBefore = watchThreads ? ThreadsLeft.now() : null;
    EventLoop.running(); // initialises the class that installs the access
    var parts = parts(settings.time(), explored);
    this.loop = (EventLoop) LoopAccess.get().newLoop(settings.fibers(), parts, label);
    if (explored != null) {
      loop.setDefaultExecutor(explored.loop().jobs());
      explored.loop().whenTooMany(LoopAccess.get().callback(loop, this::neverEnds));
    }
    loop.setExceptionHandler((_, error) -> {
      if (!Contention.isOn(error.blockedAt())) {
        errors.add(error);
      }
    });
    if (settings.debug()) {
      loop.setDebug(true);
    }
    if (settings.blocking() == BlockingPolicy.SWITCH || loop.fibers() == FiberKind.SCHEDULED) {
      loop.setBlockingPolicy(settings.blocking());
    }
    // What takes long is no fault of a test: it may be a class that is loaded on a busy machine.
    loop.setSlowCallbackDuration(Double.MAX_VALUE);
    if (settings.time() == TimeMode.VIRTUAL) {
      if (JdkTime.isThere()) {
        OtherThreads.prepare();
      }
      Lowlevel.setStallHandler(loop, this::stalled);
    }
    if (world != null) {
      world.begin(Objects.requireNonNull(time), this::simulationIsOver);
      LoopAccess.get().answerExpected(loop); // from the other hosts
    }
    this.clock = new TestClock(loop, time, parts.ready());
    this.scope = new TestScope(loop, clock, explored, world);
    this.runner = new Runner(RunOptions.defaults().loopFactory(() -> loop));
    runner.getLoop();
  }

  private LoopParts parts(TimeMode mode, @Nullable Explored explored) {
    if (mode == TimeMode.REAL) {
      return LoopParts.real();
    }
    return new LoopParts(
        (inbox, channels, outside) -> {
          var made =
              explored == null
                  ? new VirtualTime(inbox, channels, outside)
                  : new VirtualTime(inbox, channels, outside, explored.loop());
          time = made;
          if (explored != null) {
            explored.isIn(made);
          }
          return made;
        },
        explored == null ? new ReadyQueue() : explored.loop().order(),
        world == null ? Network.SYSTEM : world.networkOfTest(),
        null);
  }

  EventLoop loop() {
    return loop;
  }

  TestClock clock() {
    return clock;
  }

  TestScope scope() {
    return scope;
  }

  Settings settings() {
    return settings;
  }

  /// Whether it took too long, in real time.
  boolean isLate() {
    return late;
  }

  @Nullable String verdict() {
    return verdict.get();
  }

  // ---- running ----------------------------------------------------------------------------------

  /// Runs `body` as a coroutine on the loop.
  ///
  /// @param name of the task
  /// @throws Throwable what `body` throws, or that the test was given up
  <T extends @Nullable Object> T run(String name, Body<T> body) throws Throwable {
    var before = verdict.get();
    if (before != null) { // and told whole then
      throw new AssertionError(
          name
              + " cannot run, as its loop was given up: "
              + before.lines().findFirst().orElseThrow());
    }
    var outcome = new Outcome<T>();
    try (var _ = watch()) {
      runner.run(() -> {
        Objects.requireNonNull(Asyncio.currentTask()).setName(name);
        try {
          outcome.value = body.run();
        } catch (Throwable e) {
          outcome.error = e;
        }
      });
    } catch (GivenUp e) {
      checkNotGivenUp(outcome.error);
    }
    checkNotGivenUp(outcome.error);
    if (outcome.error != null) {
      throw outcome.error;
    }
    return outcome.value();
  }

  private static final class Outcome<T extends @Nullable Object> {
    @Nullable T value;
    @Nullable Throwable error;

    @SuppressWarnings("NullAway") // of whatever type the body is
    T value() {
      return value;
    }
  }

  private void checkNotGivenUp(@Nullable Throwable meanwhile) {
    var text = verdict.get();
    if (text != null) {
      if (broken != null) {
        throw Sneaky.rethrow(broken);
      }
      var error = new AssertionError(text);
      if (meanwhile != null && !(meanwhile instanceof InterruptedException)) {
        error.addSuppressed(meanwhile);
      }
      throw error;
    }
  }

  /// Leaves a run of the loop by force.
  private static final class GivenUp extends Error {
    private static final long serialVersionUID = 1L;

    GivenUp() {
      super(null, null, false, false);
    }
  }

  private void giveUp(String text) {
    verdict.compareAndSet(null, text); // else it is what was left then, and does not end
    LoopAccess.get().core(loop).escape(new GivenUp());
  }

  // ---- the simulation is over -------------------------------------------------------------------

  /// Called where the loop waits: a host has failed, or nobody can ever run again.
  private void simulationIsOver(@Nullable Throwable reason) {
    if (reason == null) {
      giveUp(
          "dead-lock in "
              + label
              + ": nobody can ever run again, on no host"
              + sinceWhen()
              + WaitGraph.describe(loop, null)
              + Objects.requireNonNull(world).simulation().describe());
    } else {
      broken = reason;
      giveUp("the simulation was given up: " + reason);
    }
  }

  // ---- nobody can ever run ----------------------------------------------------------------------

  /// A callback of the loop: nothing is in sight that could end its wait.
  private void stalled() {
    if (!LoopAccess.get().survey(loop).signals().isEmpty()) {
      return; // one of them could
    }
    giveUp(
        "dead-lock in "
            + label
            + ": nobody can ever run again"
            + sinceWhen()
            + WaitGraph.describe(loop, null)
            + "\n(a thread that the loop does not know of and that is going to call it has to be"
            + " announced: TestScope.outside)");
  }

  private String sinceWhen() {
    return settings.time() == TimeMode.VIRTUAL
        ? ", since " + VirtualTime.text(clock.elapsed().toNanos()) + " of virtual time"
        : "";
  }

  /// A callback of the loop: there have been too many turns.
  private void neverEnds() {
    giveUp(
        label
            + " does not come to an end within "
            + Objects.requireNonNull(explored).mostTurns()
            + " turns of the loop"
            + sinceWhen()
            + WaitGraph.describe(loop, null));
  }

  // ---- it takes too long ------------------------------------------------------------------------

  private Watchdog.Watch watch() {
    return Watchdog.watch(settings.timeoutSeconds(), this::tooLong);
  }

  /// Called by the watchdog's thread.
  private void tooLong(Watchdog.Watch watch) {
    late = true;
    if (explored != null) {
      explored.loop().jobs().leaveAlone();
    }
    watch.unlessOver(() ->
        loop.callSoonThreadsafe(() -> {
          if (!watch.isOver()) {
            isEndless = true;
            giveUp(timedOut() + WaitGraph.describe(loop, null) + othersAtWork());
          }
        }));
    if (watch.waitUntilOver()) {
      return;
    }
    var thread = runningThread();
    if (thread != null) {
      watch.interrupt(thread, timedOut(), text -> verdict.compareAndSet(null, text));
    }
  }

  private @Nullable Thread runningThread() {
    var ofHost = world == null ? null : world.runningThread();
    return ofHost != null ? ofHost : LoopAccess.get().currentThread(loop);
  }

  private String timedOut() {
    return label
        + " is not over after "
        + VirtualTime.text((long) (settings.timeoutSeconds() * 1e9))
        + " of real time"
        + (settings.time() == TimeMode.VIRTUAL
            ? ", and " + VirtualTime.text(clock.elapsed().toNanos()) + " of virtual time"
            : "");
  }

  /// Why virtual time does not go on, if that is so.
  private String othersAtWork() {
    var text = new StringBuilder();
    if (time != null && !time.isShared() && time.standsStill()) {
      text.append("\nvirtual time stands still, because others are at work for the loop");
      var announced = scope.outsides();
      announced.forEach(outside -> text.append("\n  announced: ").append(outside));
      var threads = ThreadsLeft.ofExecutors();
      if (announced.isEmpty() && threads.isEmpty()) {
        text.append(
            ": another executor, or a future of the JDK that is awaited"
                + "\n(if code on this loop is to complete that future, make it a jasyncio Future, or"
                + " take real time)");
      }
      for (var thread : threads) {
        text.append("\n  thread '").append(thread.getName()).append("'");
        for (var frame : WaitGraph.withoutHarness(List.of(thread.getStackTrace()))) {
          text.append("\n      at ").append(frame);
        }
      }
    } else if (time != null
        && LoopAccess.get().survey(loop).outside()
        && LoopAccess.get().core(loop).timers().wanted().isEmpty()) {
      text.append(
          "\nnobody can run before a blocking call ends: that may be a dead-lock, which is not told at"
              + " once, because a thread that the loop does not know of could end the call");
    }
    var channels = LoopAccess.get().core(loop).channels().watched();
    if (!channels.isEmpty()) {
      text.append("\nthe loop watches ")
          .append(channels.stream().map(WaitGraph::describe).toList());
      if (settings.time() == TimeMode.VIRTUAL) {
        text.append("; while it does, time passes as it does outside");
      }
    }
    var signals = LoopAccess.get().survey(loop).signals();
    if (!signals.isEmpty()) {
      text.append("\nthe loop handles signals, which may come: ").append(signals);
    }
    return text.toString();
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Looks at what is left, and closes the loop.
  ///
  /// @throws AssertionError if something is wrong that has not been told by [#run]
  void finish() {
    var problems = new Problems();
    try {
      closePoints(problems);
      if (verdict.get() == null) {
        endBackground(problems);
      }
      if (verdict.get() == null && world != null) {
        guarded(problems, "end of the hosts", world.simulation()::end);
      }
      if (world != null) {
        world.simulation().finish(problems);
        LoopAccess.get().answered(loop);
      }
      if (verdict.get() == null) {
        lookAround(problems);
      }
      close(problems);
    } finally {
      if (!loop.isClosed()) {
        loop.close();
      }
      if (time != null) {
        time.end();
      }
      if (world != null) {
        world.close();
      }
    }
    if (settings.checks(Leftover.ERRORS)) {
      List.copyOf(errors).forEach(problems::error);
      warnings.forEach(problems::warning);
    }
    if (threadsBefore != null && settings.checks(Leftover.THREADS)) {
      ThreadsLeft.since(threadsBefore).forEach(problems::thread);
    }
    problems.tell(
        label,
        "a task that is to run as long as the test does: TestScope.background; one that may be left:"
            + " Leftover.TASKS");
  }

  private void closePoints(Problems problems) {
    try {
      Points.close(loop);
    } catch (AssertionError e) {
      problems.failure(e);
    }
  }

  private void endBackground(Problems problems) {
    var left = scope.backgroundTasks().stream().filter(task -> !task.done()).toList();
    if (!left.isEmpty()) {
      guarded(
          problems,
          "end of background tasks",
          () -> {
            left.forEach(Task::cancel);
            Asyncio.await(Asyncio.gather(GatherOption.RETURN_EXCEPTIONS, left));
          });
      for (var task : left) {
        if (task.done() && !task.cancelled() && task.exception() != null) {
          problems.error(
              ErrorContext.of("a background task failed as it was cancelled")
                  .exception(Objects.requireNonNull(task.exception()))
                  .task(task));
        }
      }
    }
  }

  private void lookAround(Problems problems) {
    guarded(
        problems,
        "end of the test",
        () -> {
          clock.settle(); // what was called soon is not left
          LeakCheck.on(loop).stream()
              .filter(left -> settings.checks(left.kind()))
              .forEach(problems::left);
          LoopAccess.get().reportForgotten(loop, warnings::add); // closes streams that are left
          clock.settle();
        });
  }

  private void close(Problems problems) {
    boolean isOpen = verdict.get() == null;
    try {
      boolean haveEnded = cancelAll();
      if (!isOpen) {
        LoopAccess.get().reportForgotten(loop, warnings::add); // who failed may be why
      }
      if (haveEnded) {
        try (var _ = watch()) {
          runner.close();
        }
      } else {
        LoopAccess.get().drop(loop); // to close it would have those who are left run on
      }
    } catch (GivenUp e) { // told before, or below
    } catch (Throwable e) {
      problems.error(ErrorContext.of("the loop could not be closed").exception(e));
    }
    var text = verdict.get();
    if (isOpen && text != null) {
      problems.failure(new AssertionError("while what is left was cancelled, " + text));
    }
  }

  /// Cancels whoever is left. Whether they end, or at least wait: who takes a cancellation for one
  /// more failure runs for ever.
  private boolean cancelAll() {
    var left = Asyncio.allTasks(loop);
    if (left.isEmpty()) {
      return true;
    }
    left.forEach(Task::cancel);
    isEndless = false;
    try (var _ = watch()) {
      loop.runUntilComplete(() -> Asyncio.wait(left));
    } catch (GivenUp e) {
      return !isEndless;
    }
    for (var task : left) {
      if (!task.cancelled() && task.exception() != null) {
        loop.callExceptionHandler(
            ErrorContext.of("unhandled exception during the end of a test")
                .exception(Objects.requireNonNull(task.exception()))
                .task(task));
      }
    }
    return true;
  }

  /// Runs a part of the end, in which the test may still be given up.
  private void guarded(Problems problems, String name, Runnable part) {
    try {
      run(
          name,
          () -> {
            part.run();
            return true;
          });
    } catch (Throwable e) {
      problems.failure(e);
    }
  }
}
