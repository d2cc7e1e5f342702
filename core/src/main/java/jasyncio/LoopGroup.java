package jasyncio;

import jasyncio.internal.base.Sneaky;
import jasyncio.internal.base.Steps;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// Several loops in one program, each on a thread of its own: for using every core.
///
/// ```java
/// import static jasyncio.Asyncio.*;
///
/// import jasyncio.LoopGroup;
///
/// void main() {
///   run(() -> {
///     try (var group = LoopGroup.open()) {
///       var sum = group.submit(() -> 1 + 2); // on the loop that has least to do
///       IO.println(await(sum));
///     }
///   });
/// }
/// ```
///
/// A task stays on the loop where it began, to its end: between two awaits nothing else runs on
/// that loop, as ever, but other loops do run. So what a task shares with tasks of its own loop
/// needs no locks, and what it shares with other loops does. *May be shared*: what never changes;
/// [jasyncio.queue.ThreadsafeQueue], whose `get` and `put` suspend on any loop; what
/// `java.util.concurrent` has, as long as it does not block; [EventLoop]s and this group, for their
/// methods that any thread may call. *Belongs to one loop*: futures and tasks, task groups, time
/// limits; queues, locks, events and whatever else of `jasyncio.queue` and `jasyncio.sync` makes
/// tasks wait; connections, servers, generators. Other loops get at these by [EventLoop#call], and
/// await what that gives.
///
/// A group of tasks over several loops is a [TaskGroup] whose tasks await calls: if one fails, the
/// others are cancelled on their loops, and waited for.
///
/// On the [portable][FiberKind#PORTABLE] runtime it is the JDK's threads for virtual threads that
/// run the tasks of all loops, as many as there are processors; who computes keeps one of them.
///
/// The threads are daemons: the program ends without them. Any thread may call every method, except
/// where it says otherwise. Python has one loop a process, and a pool of processes for this.
public final class LoopGroup implements AutoCloseable {
  /* Overview
   * Each loop has a thread. Of `loops`, some may have ended before the group does, left by a SystemExit or stopped by
   * somebody; those are closed.
   *
   *   OPEN -> CLOSING    close(), once: all loops are told to stop
   *   CLOSING -> ENDED   the last thread has closed its loop: `ended`
   *
   * While it is CLOSING, loops go on to run, since `finally` blocks elsewhere may call them:
   *   1. each notes its tasks; once all have (`noted`), no task that is called by clean-up is among them
   *   2. each cancels those, and waits for them
   *   3. when all have (`unwound`), each is closed; what such calls have left ends then
   */
  private final List<EventLoop> loops;
  private final AtomicInteger turn = new AtomicInteger(); // where the search for a loop begins
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Gate noted;
  private final Gate unwound;
  private final Gate ended;
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private LoopGroup(List<EventLoop> loops) {
    this.loops = loops;
    this.noted = new Gate(loops.size());
    this.unwound = new Gate(loops.size());
    this.ended = new Gate(loops.size());
  }

  /// A group of as many loops as there are processors.
  ///
  /// @return the group; its loops run
  public static LoopGroup open() {
    return open(Runtime.getRuntime().availableProcessors());
  }

  /// A group of so many loops.
  ///
  /// @param loops how many
  /// @return the group; its loops run
  /// @throws IllegalArgumentException if that is not positive
  public static LoopGroup open(int loops) {
    return open(loops, RunOptions.defaults());
  }

  /// A group of so many loops, made as described by `options`. They and their threads are named
  /// `jasyncio-loop-1` and so on.
  ///
  /// @param loops how many
  /// @param options debug mode, blocking policy, and how loops are made
  /// @return the group; its loops run
  /// @throws IllegalArgumentException if `loops` is not positive, or if the loop factory makes one
  ///   loop twice
  /// @throws IllegalStateException if this JVM cannot do what the options say
  public static LoopGroup open(int loops, RunOptions options) {
    Objects.requireNonNull(options, "options");
    if (loops <= 0) {
      throw new IllegalArgumentException("a group has at least one loop, got " + loops);
    }
    var runners = new ArrayList<Runner>();
    try {
      for (int i = 0; i < loops; i++) {
        var runner = new Runner(options);
        runners.add(runner);
        runner.getLoop();
      }
      checkDistinct(runners);
    } catch (Throwable e) {
      var closing = new Steps();
      runners.forEach(runner -> closing.take(runner::close));
      throw e;
    }
    var group = new LoopGroup(runners.stream().map(Runner::getLoop).toList());
    for (int i = 0; i < loops; i++) {
      group.start(runners.get(i), "jasyncio-loop-" + (i + 1));
    }
    return group;
  }

  private static void checkDistinct(List<Runner> runners) {
    var loops = new HashSet<EventLoop>();
    for (var runner : runners) {
      if (!loops.add(runner.getLoop())) {
        throw new IllegalArgumentException(
            "the loop factory has made one loop twice: each thread of a group needs its own");
      }
    }
  }

  // ---- calls ------------------------------------------------------------------------------------

  /// {@return the loops, in order: `group.loops().get(0).call(…)` has the first run something}
  public List<EventLoop> loops() {
    return loops;
  }

  /// {@return the loop with the fewest calls of [#submit] and [EventLoop#call] that have not ended;
  /// of those with equally few, one after the other} Looks at each loop once. Other tasks, and what
  /// [Asyncio#runCoroutineThreadsafe(Awaitable, EventLoop)] began, are not counted.
  ///
  /// @throws IllegalStateException if the group is closed, or all its loops have ended
  public EventLoop leastLoaded() {
    if (closing.get()) {
      throw new IllegalStateException("LoopGroup is closed");
    }
    int first = Math.floorMod(turn.getAndIncrement(), loops.size());
    EventLoop least = null;
    for (int i = 0; i < loops.size(); i++) {
      var loop = loops.get((first + i) % loops.size());
      if (!loop.life.isClosing() && (least == null || loop.calls.size() < least.calls.size())) {
        least = loop;
      }
    }
    if (least == null) {
      throw new IllegalStateException("all loops of the group have ended");
    }
    return least;
  }

  /// Has the [least loaded][#leastLoaded] loop run a coroutine, as by [EventLoop#call(Awaitable)],
  /// which says what becomes of results, errors and cancellation. Does not wait.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine, which stays on that loop
  /// @return a future of the loop that runs here
  /// @throws IllegalStateException if the group is closed; or if no loop runs here: a plain thread
  ///   uses `runCoroutineThreadsafe(body, group.leastLoaded())`
  public <T extends @Nullable Object> Future<T> submit(Awaitable<T, ?> body) {
    Objects.requireNonNull(body, "body");
    return leastLoaded().call(body);
  }

  /// Has the least loaded loop run a coroutine, as the other form does.
  ///
  /// @param body the coroutine
  /// @return a future of the loop that runs here
  /// @throws IllegalStateException as the other form
  @LowPriorityInOverloadResolution
  public Future<Void> submit(Action<?> body) {
    Objects.requireNonNull(body, "body");
    return leastLoaded().call(body);
  }

  /// Has every loop run the same coroutine, side by side, and waits for all. Suspends.
  ///
  /// If one fails, the others are cancelled, and waited for. **Cancellation** cancels them all, and
  /// is passed on when they have ended.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine, which is called once on each loop
  /// @return what it gave, in the order of the loops
  /// @throws ExceptionGroup if some have failed
  /// @throws IllegalStateException if the group is closed, or the caller runs in no task
  public <T extends @Nullable Object> List<T> callEach(Awaitable<T, ?> body) {
    Objects.requireNonNull(body, "body");
    if (closing.get()) {
      throw new IllegalStateException("LoopGroup is closed");
    }
    var tasks = new ArrayList<Task<T>>();
    new TaskGroup()
        .run(tg -> {
          for (var loop : loops) {
            tasks.add(tg.createTask(() -> loop.call(body).await()));
          }
          return true;
        });
    var results = new ArrayList<T>();
    tasks.forEach(task -> results.add(task.result()));
    return results;
  }

  /// Has every loop run the same coroutine, and waits for all, as the other form does.
  ///
  /// @param body the coroutine
  /// @throws ExceptionGroup if some have failed
  /// @throws IllegalStateException as the other form
  @LowPriorityInOverloadResolution
  public void callEach(Action<?> body) {
    callEach(CoroutineBody.of(body, "body"));
  }

  // ---- the threads ------------------------------------------------------------------------------

  private void start(Runner runner, String name) {
    var loop = runner.getLoop();
    if (loop.label == null) {
      loop.label = name;
    }
    Thread.ofPlatform()
        .name(name)
        .daemon()
        .inheritInheritableThreadLocals(false)
        .start(() -> run(runner, loop));
  }

  private void run(Runner runner, EventLoop loop) {
    var steps = new Steps();
    steps.take(loop::runForever);
    boolean alone = !closing.get();
    var left = loop.tasks.toList();
    noted.pass(alone ? null : loop, steps);
    if (!alone) {
      left.removeIf(Future::done);
      steps.take(() -> Runner.cancelTasks(loop, left, "the closing of the group"));
    }
    unwound.pass(alone ? null : loop, steps);
    steps.take(runner::close);
    try {
      steps.end();
    } catch (Throwable e) {
      if (!loop.calls.hasGiven(e)) {
        failures.add(e);
      }
    }
    ended.pass(null, steps);
  }

  /// Opens when all threads have come to it.
  private static final class Gate {
    private final AtomicInteger missing;
    final CompletableFuture<Boolean> open = new CompletableFuture<>();

    Gate(int threads) {
      this.missing = new AtomicInteger(threads);
    }

    /// A thread has come; `loop` runs until all have. `null`: it need not wait.
    void pass(@Nullable EventLoop loop, Steps steps) {
      if (missing.decrementAndGet() == 0) {
        open.complete(true);
      } else if (loop != null) {
        steps.take(() -> loop.runUntilComplete(opening(loop)));
      }
    }

    /// A future of `loop` for it, whose cancellation is nobody else's.
    Future<Boolean> opening(EventLoop loop) {
      return JdkFutures.wrap(
          open.copy(),
          loop,
          () -> new WaitInfo(WaitInfo.Kind.THREAD, "the loops of a group to end"));
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Ends the group: cancels the tasks that are left on its loops and waits for them, closes
  /// asynchronous generators, ends the loops' executors, and closes the loops. Calls that are left
  /// end with their tasks, or fail. Idempotent: who comes later waits for the first.
  ///
  /// In a task this suspends; a plain thread waits, interrupted or not. Where nobody can wait, it
  /// only begins the end: in a callback, while the caller's own loop is being closed, and on a loop
  /// of this group, which has to end first. **Cancellation** meanwhile arrives at the next await.
  ///
  /// @throws RuntimeException or whatever else has ended a loop before, such as [SystemExit], and
  ///   came to nobody; the first call throws it
  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      loops.forEach(loop -> loop.thread.sendUnlessClosed(loop::stop));
    }
    var here = Running.loop();
    if (here == null) {
      block();
    } else if (Running.code() == null || here.life.isClosing() || loops.contains(here)) {
      return;
    } else {
      suspend(here);
    }
    var steps = new Steps();
    for (Throwable e; (e = failures.poll()) != null; ) {
      var failure = e;
      steps.take(() -> {
        throw Sneaky.sneak(failure);
      });
    }
    steps.end();
  }

  private void block() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.open.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        throw new AssertionError(e); // nobody fails it
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void suspend(EventLoop here) {
    CancelledError cancellation = null;
    while (!ended.open.isDone()) {
      try {
        ended.opening(here).await();
      } catch (CancelledError e) {
        cancellation = e;
      }
    }
    var task = Running.task();
    if (cancellation != null && task != null) {
      task.cancelAgain(cancellation);
    }
  }

  /// {@return `<LoopGroup loops=4>`}
  @Override
  public String toString() {
    return "<LoopGroup loops="
        + loops.size()
        + (ended.open.isDone() ? " closed" : closing.get() ? " closing" : "")
        + ">";
  }
}
