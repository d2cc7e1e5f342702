package jasyncio.cli;

import static jasyncio.cli.PretendTurns.nanos;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;

/// The recording of a crawler that there is not: tasks that fetch a page, parse it and store it
/// under a lock. It is the same each time.
final class PretendCrawl {
  /// What a task does: it runs for so long, and then waits for so long, or for the lock, or for the
  /// other tasks.
  private record Act(double runs, PathKind kind, double waits, String what) {}

  private static final class Actor {
    final String name;
    final int number;
    final String function;
    final Iterator<Act> acts;
    double ended; // its last turn
    Act last;

    Actor(String name, int number, String function, List<Act> acts) {
      this.name = name;
      this.number = number;
      this.function = function;
      this.acts = acts.iterator();
    }
  }

  /// What is to run: a task, or a callback that wakes one.
  private record Ready(double at, long by, Actor actor, boolean isCallback) {}

  private static final int PAGES = 9;

  private final RecordedLoop loop = new RecordedLoop("loop-1");
  private final PriorityQueue<Ready> queue =
      new PriorityQueue<>(
          Comparator.comparingDouble(Ready::at).thenComparingInt(ready -> ready.actor.number));
  private final Actor crawl =
      new Actor(
          "crawl",
          1,
          "Crawler.crawl",
          List.of(new Act(2, PathKind.TASKS, 0, "gather(...)"), new Act(1, null, 0, null)));
  private final ArrayDeque<Actor> forLock = new ArrayDeque<>();
  private final String pageName;
  private Actor holder;
  private int open = PAGES;
  private double now;
  private long number;

  private PretendCrawl(String pageName) {
    this.pageName = pageName;
  }

  /// It, with a pause for the collector, and a step that was seen.
  ///
  /// @param pageName the name of one of the tasks
  static Recording record(String pageName) {
    var crawl = new PretendCrawl(pageName);
    crawl.run();
    crawl.loop.finish(Long.MIN_VALUE);
    var recording = PretendTurns.recording(crawl.loop);
    int slowest = 0;
    for (int i = 1; i < crawl.loop.size(); i++) {
      slowest = crawl.loop.nanos(i) > crawl.loop.nanos(slowest) ? i : slowest;
    }
    long start = crawl.loop.start(slowest);
    recording.pauses().add(new Recording.Pause(start + nanos(3), start + nanos(15)));
    recording
        .slowSteps()
        .add(
            new Recording.SeenStep(
                "loop-1",
                crawl.loop.who(slowest),
                start,
                crawl.loop.end(slowest),
                "Crawler.links(Crawler.java:71)\nCrawler.parse(Crawler.java:58)\nCrawler.visit(Crawler.java:40)"));
    return recording;
  }

  private void run() {
    queue.add(new Ready(0, 0, crawl, false));
    while (!queue.isEmpty()) {
      Ready ready = queue.remove();
      now = Math.max(now + 0.01, ready.at);
      number++;
      if (ready.isCallback) {
        runCallback(ready);
      } else {
        runTask(ready);
      }
    }
  }

  private void runCallback(Ready ready) {
    String name = "SocketTransport.read";
    record(
        new RecordedLoop.Turn(
            number, 0, 0, nanos(0.05), 0, name, 0, name, false, false, 0, null, PathKind.IO),
        ready);
    queue.add(new Ready(now - 0.01, number, ready.actor, false));
  }

  private void runTask(Ready ready) {
    Actor actor = ready.actor;
    Act before = actor.last;
    Act act = actor.acts.next();
    boolean isLast = !actor.acts.hasNext();
    record(
        new RecordedLoop.Turn(
            number,
            ready.by,
            0,
            nanos(act.runs),
            0,
            actor.name,
            actor.number,
            actor.function,
            before == null,
            isLast,
            before == null ? 0 : nanos(ready.at - actor.ended),
            before == null ? null : before.what,
            before == null ? null : before.kind),
        ready);
    actor.last = act;
    actor.ended = now;
    if (isLast) {
      end(actor);
    } else {
      wait(actor, act);
    }
  }

  private void wait(Actor actor, Act act) {
    if (act.kind == PathKind.TASKS) {
      for (int i = 0; i < PAGES; i++) {
        queue.add(new Ready(now - 0.1 * (PAGES - i), number, page(i), false));
      }
    } else if (act.kind == PathKind.SYNC && holder == null) {
      holder = actor;
      queue.add(new Ready(now, number, actor, false));
    } else if (act.kind == PathKind.SYNC) {
      forLock.add(actor);
    } else {
      queue.add(new Ready(now + act.waits, 0, actor, act.kind == PathKind.IO));
    }
  }

  private void end(Actor actor) {
    if (holder == actor) {
      holder = forLock.poll();
      if (holder != null) {
        queue.add(new Ready(now - 0.02, number, holder, false));
      }
    }
    if (actor != crawl && --open == 0) {
      queue.add(new Ready(now, number, crawl, false));
    }
  }

  private Actor page(int i) {
    return new Actor(
        i == 5 ? pageName : "page-" + (i + 1),
        i + 2,
        "Crawler.visit",
        List.of(
            new Act(0.4, PathKind.THREAD, 3 + i, "InetAddress.getByName() on another thread"),
            new Act(0.3, PathKind.IO, 40 + 17 * (i % 4), "data from 10.0.0." + (3 + i) + ":443"),
            new Act(i == 4 ? 131 : 4 + i, PathKind.TIMER, 5, "its sleep to end"),
            new Act(0.2, PathKind.SYNC, 0, "Lock 'db'"),
            new Act(0.5, PathKind.IO, i == 2 ? 170 : 21, "data from 10.0.0.2:5432"),
            new Act(0.6, null, 0, null)));
  }

  /// A turn runs.
  private void record(RecordedLoop.Turn turn, Ready ready) {
    loop.add(
        new RecordedLoop.Turn(
            turn.number(),
            turn.wokenBy(),
            PretendTurns.EPOCH + nanos(now),
            turn.nanos(),
            nanos(now) - nanos(ready.at),
            turn.who(),
            turn.task(),
            turn.function(),
            turn.isFirst(),
            turn.isLast(),
            turn.waited(),
            turn.what(),
            turn.kind()));
    now += turn.nanos() / 1e6;
  }
}
