package jasyncio.testing;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.WaitInfo;
import jasyncio.internal.loop.LoopAccess;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Fails if something is left that was not there before: for code that is not a test [on a
/// loop][OnLoop], or for a part of one.
///
/// ```java fragment
/// try (var _ = jasyncio.testing.LeakCheck.begin()) {
///   var task = createTask(() -> sleep(1));
///   await(task);
/// }
/// ```
///
/// On a loop these are its tasks, timers, channels, generators and signal handlers, as [Leftover]
/// has them, and [#close()] waits until nothing can run any more, without letting time pass;
/// everywhere, platform threads, which get two seconds to end; on a loop, those of its executor
/// stay as long as it does, and are not looked for. It is closed on the loop on which it was begun,
/// or else on the thread.
public final class LeakCheck implements AutoCloseable {
  private final @Nullable EventLoop loop;
  private final Set<Object> before = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Thread> threads = ThreadsLeft.now();

  private LeakCheck(@Nullable EventLoop loop) {
    this.loop = loop;
    if (loop != null) {
      on(loop).forEach(left -> before.add(left.what));
      var task = Asyncio.currentTask();
      if (task != null) {
        before.add(task); // another one may close it
      }
    }
  }

  /// Remembers what is there now. Does not suspend.
  ///
  /// @return closed when nothing more may be left
  public static LeakCheck begin() {
    return new LeakCheck(EventLoop.running());
  }

  /// Looks what is left. Suspends on a loop, if anything can still run there.
  ///
  /// @throws AssertionError if something is left; says what and where
  /// @throws IllegalStateException if it was begun on another loop than runs here
  @Override
  public void close() {
    var here = EventLoop.running();
    if (here != loop) {
      throw new IllegalStateException(
          "this LeakCheck was begun "
              + place(loop)
              + ", and is closed "
              + place(here)
              + ": do both in coroutines of one loop, or both where none runs");
    }
    var problems = new Problems();
    if (loop != null) {
      TestClock.awaitIdleness(loop);
      on(loop).stream().filter(left -> !before.contains(left.what)).forEach(problems::left);
      threads.addAll(ThreadsLeft.ofExecutors()); // which end with their loops
    }
    ThreadsLeft.since(threads).forEach(problems::thread);
    problems.tell(
        "what was looked after",
        "a task that is to go on afterwards: make it before the LeakCheck is begun");
  }

  private static String place(@Nullable EventLoop loop) {
    return loop == null ? "where no loop runs" : "on " + loop;
  }

  /// Something that is there.
  record Left(Leftover kind, Object what, String text) {
    /// {@return `a timer is left: …` and so on}
    @Override
    public String toString() {
      return kind.singular + " is left: " + text;
    }
  }

  /// What is there on a loop but the task that asks, and threads. The loop's thread only.
  static List<Left> on(EventLoop loop) {
    var survey = LoopAccess.get().survey(loop);
    var found = new ArrayList<Left>();
    var asking = EventLoop.running() == loop ? Asyncio.currentTask() : null;
    var waitInfos = LoopAccess.get().waitInfos(loop);
    for (var task : Asyncio.allTasks(loop)) {
      if (task != asking) {
        var waitsFor = (WaitInfo) waitInfos.apply(task);
        found.add(new Left(Leftover.TASKS, task, WaitGraph.describe(task, waitsFor)));
      }
    }
    for (var timer : WaitGraph.timers(loop)) {
      found.add(new Left(Leftover.TIMERS, timer, timer.toString()));
    }
    for (var channel : LoopAccess.get().core(loop).channels().watched()) {
      found.add(new Left(Leftover.CHANNELS, channel, WaitGraph.describe(channel)));
    }
    for (var stream : LoopAccess.get().unclosed(loop)) {
      found.add(new Left(Leftover.CHANNELS, stream, stream.toString()));
    }
    for (var generator : survey.asyncgens()) {
      found.add(new Left(Leftover.GENERATORS, generator, generator.toString()));
    }
    for (var signal : survey.signals()) {
      found.add(new Left(Leftover.SIGNALS, signal.intern(), signal));
    }
    return found;
  }
}
