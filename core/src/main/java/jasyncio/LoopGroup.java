package jasyncio;

import jasyncio.internal.base.LeakDetector;
import jasyncio.internal.base.Log;
import jasyncio.internal.base.Steps;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
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
/// The threads are daemons: the program ends without them. A group that is not closed goes on until
/// then; if it is forgotten, that is logged when it has been collected, at the latest when the loop
/// is closed that ran where it was opened. Any thread may call every method, except where it says
/// otherwise. Python has one loop a process, and a pool of processes for this.
public final class LoopGroup implements AutoCloseable {
  private final List<GroupThread> threads;
  private final List<EventLoop> loops;
  private final GroupClosing closing;
  private final AtomicInteger turn = new AtomicInteger(); // where the search for a loop begins

  private LoopGroup(List<Runner> runners) {
    this.closing = new GroupClosing(runners.size());
    this.threads = runners.stream().map(runner -> new GroupThread(runner, closing)).toList();
    this.loops = threads.stream().map(thread -> thread.loop).toList();
  }

  /// A group of as many loops as there are processors, made as by [#open(int)].
  ///
  /// @return the group; its loops run
  public static LoopGroup open() {
    return open(Runtime.getRuntime().availableProcessors());
  }

  /// A group of so many loops. They are like the loop that runs here, if one does: in debug mode if
  /// that is now, and with its blocking policy, fiber runtime, and limit for stalls. Else they are
  /// as by default.
  ///
  /// @param loops how many
  /// @return the group; its loops run
  /// @throws IllegalArgumentException if that is not positive
  public static LoopGroup open(int loops) {
    return open(loops, RunOptions.like(Running.loop()));
  }

  /// A group of so many loops, made as described by `options` alone: what these leave open is as by
  /// default. The loops and their threads are named `jasyncio-loop-1` and so on; the numbers go on
  /// with the next group.
  ///
  /// @param loops how many
  /// @param options debug mode, blocking policy, and how loops are made
  /// @return the group; its loops run
  /// @throws IllegalArgumentException if `loops` is not positive, or if the loop factory gives
  ///   `null`, one loop twice, or one that runs or is closed
  /// @throws IllegalStateException if this JVM cannot do what the options say
  public static LoopGroup open(int loops, RunOptions options) {
    var threads = Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false).factory();
    return open(loops, options, threads);
  }

  static LoopGroup open(int loops, RunOptions options, ThreadFactory threads) {
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
    var group = new LoopGroup(runners);
    group.start(threads);
    group.watch();
    return group;
  }

  /// Has it reported if it is forgotten. It is not closed then: its tasks may still be of use.
  private void watch() {
    var here = Running.loop();
    boolean debug = here != null ? here.getDebug() : Debug.DEFAULT;
    var opened = debug ? Debug.list(Debug.callerStack()) : List.<StackTraceElement>of();
    var detector = here != null ? here.leakDetector : EventLoop.LEAKS_OUTSIDE;
    detector.track(this, new Unclosed(closing, toString(), opened));
  }

  private record Unclosed(GroupClosing closing, String group, List<StackTraceElement> opened)
      implements LeakDetector.Tracker {
    @Override
    public boolean settled() {
      return closing.hasBegun();
    }

    @Override
    public void report() {
      Log.log(Level.WARNING, this::warning);
    }

    @Override
    public String warning() {
      var where = opened.isEmpty() ? "" : "\nLoopGroup opened at:" + Describe.stack(opened);
      return "unclosed " + group + "; call close(), or open it in a try statement" + where;
    }
  }

  private void start(ThreadFactory factory) {
    int started = 0;
    try {
      for (var thread : threads) {
        thread.start(factory);
        started++;
      }
    } catch (Throwable e) { // no memory for a thread
      threads.subList(started, threads.size()).forEach(GroupThread::abandon);
      beginEnd();
      throw e;
    }
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
  /// [Asyncio#runCoroutineThreadsafe(Awaitable, EventLoop)] began, are not counted. A loop that has
  /// been stopped, or was left by a [SystemExit], is not chosen any more, though it may still run
  /// clean-up.
  ///
  /// @throws IllegalStateException if the group is closed, or all its loops have ended
  public EventLoop leastLoaded() {
    checkNotClosed();
    int first = Math.floorMod(turn.getAndIncrement(), loops.size());
    EventLoop least = null;
    for (int i = 0; i < loops.size(); i++) {
      var loop = loops.get((first + i) % loops.size());
      if (!loop.life.isEnding() && (least == null || loop.calls.size() < least.calls.size())) {
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
  /// @throws IllegalArgumentException if `body` is a future already
  /// @throws IllegalStateException if the group is closed; or if no loop runs here: a plain thread
  ///   uses `runCoroutineThreadsafe(body, group.leastLoaded())`
  public <T extends @Nullable Object> Future<T> submit(Awaitable<T, ?> body) {
    Objects.requireNonNull(body, "body");
    return begin(body);
  }

  /// Has the least loaded loop run a coroutine, as the other form does.
  ///
  /// @param body the coroutine
  /// @return a future of the loop that runs here
  /// @throws IllegalStateException as the other form
  @LowPriorityInOverloadResolution
  public Future<Void> submit(Action<?> body) {
    Objects.requireNonNull(body, "body");
    return begin(body);
  }

  private <T extends @Nullable Object> Future<T> begin(Object body) {
    var loop = leastLoaded();
    RemoteCall.callersLoop("group.leastLoaded()");
    return RemoteCall.begin(loop, body, TaskOptions.defaults());
  }

  /// Has every loop run the same coroutine, side by side, and waits for all. Suspends.
  ///
  /// If one fails, the others are cancelled, and waited for. **Cancellation** cancels them all, and
  /// is passed on when they have ended.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine, which is called once on each loop
  /// @return what it gave, in the order of the loops
  /// @throws ExceptionGroup if some have failed; so does one whose loop is closed before its task
  ///   has ended, with an [IllegalStateException]
  /// @throws IllegalArgumentException if `body` can run only once, as a [Coroutine] or a future
  /// @throws IllegalStateException if the group is closed, or the caller runs in no task
  public <T extends @Nullable Object> List<T> callEach(Awaitable<T, ?> body) {
    Objects.requireNonNull(body, "body");
    checkNotClosed();
    if (body instanceof Future<?> || body instanceof Coroutine<?>) {
      CoroutineBody.drop(body);
      throw new IllegalArgumentException(
          "callEach runs a coroutine on each loop, got "
              + body
              + ", which runs only once; give a lambda: callEach(() -> { … })");
    } else if (Running.task() == null) {
      throw new IllegalStateException(
          "callEach waits for all loops, and no task runs here that could; use run(...) or"
              + " createTask(...)");
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

  private void checkNotClosed() {
    if (closing.hasBegun()) {
      throw new IllegalStateException("LoopGroup is closed");
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Ends the group: cancels the tasks that are left on its loops and waits for them, closes
  /// asynchronous generators, ends the loops' executors, and closes the loops. Calls that are left
  /// end with their tasks, or fail. Idempotent: who comes later waits for the first.
  ///
  /// In a task this suspends; a plain thread waits, interrupted or not. Where nobody can wait, it
  /// only begins the end: in a callback, while the caller's own loop is being closed, and on a loop
  /// of this group, which has to end first. A thread of such a loop's executor must not wait here,
  /// since the loop waits for it, up to five minutes.
  ///
  /// **Cancellation** meanwhile arrives at the next await. If it comes from the closing of a group,
  /// this one or another, it ends the wait: groups may be waiting for each other.
  ///
  /// @throws RuntimeException or whatever else has ended a loop before, such as [SystemExit], and
  ///   came to nobody: no call that it ended was awaited. The first call throws it
  @Override
  public void close() {
    beginEnd();
    var here = Running.loop();
    if (here == null) {
      block();
    } else if (Running.code() == null || here.life.isClosing() || loops.contains(here)) {
      return;
    } else {
      suspend(here);
    }
    var steps = new Steps();
    threads.forEach(thread -> steps.take(thread::tellFailure));
    steps.end();
  }

  private void beginEnd() {
    if (closing.begin()) {
      threads.forEach(GroupThread::stop);
    }
  }

  private void block() {
    boolean interrupted = false;
    while (true) {
      try {
        closing.ended.open.get();
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
    while (!closing.hasEnded()) {
      try {
        closing.ended.opening(here).await();
      } catch (CancelledError e) {
        if (e.cancellation() != null && e.cancellation().isClosingOfGroup()) {
          throw e; // this group may be waiting for that one
        }
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
        + (closing.hasEnded() ? " closed" : closing.hasBegun() ? " closing" : "")
        + ">";
  }
}
