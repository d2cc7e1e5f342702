package jasyncio.testing;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.WaitList;
import jasyncio.internal.base.PointHook;
import jasyncio.internal.base.Sneaky;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What happens at the [points][jasyncio.util.Point] of a program, on the loop of a test.
///
/// ```java fragment
/// // in the program: jasyncio.util.Point.at("before the sale");
/// Runnable sell = () -> jasyncio.util.Point.at("before the sale");
/// try (var points = jasyncio.testing.Points.here()) {
///   var held = points.hold("before the sale");
///   var first = createTask(() -> sell.run());
///   held.reached();                            // the first customer is at the till
///   sell.run();                                // the second goes first
///   held.release();
///   await(first);
/// }
/// ```
///
/// What is said of a point happens to the next one who comes there, once; said several times it
/// happens to as many, in that order. A name may be that of any point: so one that nobody came to
/// is told when the points are [closed][#close], with those that somebody did come to.
///
/// Each loop has its own, so that tests which run side by side do not meet. A test [on a
/// loop][OnLoop] can have them as a parameter; then they are closed with it. Used on the loop's
/// thread; what code on other threads comes to, has no effect. Counterparts: fail points of FreeBSD
/// and of Rust's `fail`, barriers of `turmoil`.
public final class Points implements AutoCloseable {
  /* Overview
   * PointHook knows nobody while OF_LOOPS is empty, so that points cost a look at one field. It is set and taken back
   * under the lock of OF_LOOPS' class, by whoever is the first and the last.
   */
  private static final Map<EventLoop, Points> OF_LOOPS = new ConcurrentHashMap<>();

  private static final String ELSEWHERE = "a thread that runs no loop, where nothing happens";

  private final EventLoop loop;
  private final Map<String, Queue<Plan>> plans = new TreeMap<>();
  private final Set<String> seen = new LinkedHashSet<>();
  private final Set<String> elsewhere = ConcurrentHashMap.newKeySet(); // came to on other threads
  private final ArrayList<Held> holds = new ArrayList<>();
  private @Nullable Consumer<String> watcher; // is told who comes to which
  private boolean closed;

  private Points(EventLoop loop) {
    this.loop = loop;
  }

  /// What is to happen at points on the loop that runs here: nothing yet. Does not suspend.
  ///
  /// @return the points; close them, if it is not the loop of a test [on a loop][OnLoop]
  /// @throws IllegalStateException if no loop runs here, or if it has such points already
  public static Points here() {
    return of(Asyncio.getRunningLoop());
  }

  static Points of(EventLoop loop) {
    var points = new Points(loop);
    synchronized (Points.class) {
      if (OF_LOOPS.putIfAbsent(loop, points) != null) {
        throw new IllegalStateException(
            "the points of this loop are in use: close those before, or use one for all");
      }
      PointHook.set(Points::comeTo);
    }
    return points;
  }

  /// Tells somebody of each point that is come to.
  void watch(Consumer<String> theWatcher) {
    watcher = theWatcher;
  }

  /// Ends it, whatever was said of points: the loop is no more.
  void drop() {
    closed = true;
    remove();
  }

  private void remove() {
    synchronized (Points.class) {
      OF_LOOPS.remove(loop);
      if (OF_LOOPS.isEmpty()) {
        PointHook.set(null);
      }
    }
  }

  /// A loop comes to its end, and with it what was said of its points, if there was something.
  ///
  /// @throws AssertionError as [#close()]
  static void close(EventLoop loop) {
    var points = OF_LOOPS.get(loop);
    if (points != null) {
      points.close();
    }
  }

  private static void comeTo(String name) {
    var loop = EventLoop.running();
    if (loop == null) {
      OF_LOOPS.values().forEach(points -> points.elsewhere.add(name));
      return;
    }
    var points = OF_LOOPS.get(loop);
    if (points != null) {
      points.come(name);
    }
  }

  private void come(String name) {
    seen.add(name);
    if (watcher != null) {
      watcher.accept(name);
    }
    var queue = plans.get(name);
    var plan = queue == null ? null : queue.poll();
    if (plan != null) {
      plan.happen();
    }
  }

  // ---- saying what happens ----------------------------------------------------------------------

  /// Has the next one who comes to a point wait there, until [Held#release()].
  ///
  /// @param name which point
  /// @return who waits there, or will
  /// @throws IllegalStateException if these points are closed, or where their loop does not run
  public Held hold(String name) {
    var held = new Held(this, name);
    plan(name, new Stop(held));
    holds.add(held);
    return held;
  }

  /// Has a point fail for the next one who comes there.
  ///
  /// @param name which point
  /// @param exception what it throws, that very object; also a checked one
  /// @throws IllegalStateException if these points are closed, or where their loop does not run
  public void fail(String name, Throwable exception) {
    plan(name, new Failure(Objects.requireNonNull(exception, "exception")));
  }

  /// Has the next task that comes to a point be cancelled there: it is asked to end, and the point
  /// throws the [CancelledError].
  ///
  /// @param name which point
  /// @throws IllegalStateException if these points are closed, or where their loop does not run
  public void cancel(String name) {
    plan(name, new Cancellation(name));
  }

  private void plan(String name, Plan plan) {
    Objects.requireNonNull(name, "name");
    checkThread(loop);
    if (closed) {
      throw new IllegalStateException("these points are closed");
    }
    plans.computeIfAbsent(name, _ -> new ArrayDeque<>()).add(plan);
  }

  private static void checkThread(EventLoop loop) {
    if (EventLoop.running() != loop) {
      throw new IllegalStateException(
          "points are used where their loop runs: in its coroutines and callbacks");
    }
  }

  /// Ends it: from now on nothing happens at points of this loop. Who is held is let on.
  /// Idempotent; does not suspend.
  ///
  /// @throws AssertionError if something was said of a point that nobody has come to since
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    remove();
    holds.forEach(Held::letOn);
    checkAllHappened();
  }

  private void checkAllHappened() {
    var text = new StringBuilder();
    plans.forEach((name, queue) -> {
      for (var plan : queue) {
        text.append("\n  nobody came to point '").append(name).append("' ").append(plan);
      }
      if (!queue.isEmpty() && elsewhere.contains(name)) {
        text.append(", other than on ").append(ELSEWHERE);
      }
    });
    if (!text.isEmpty()) {
      text.append("\n  points that somebody came to: ").append(seen);
      throw new AssertionError("not all happened that was said of points:" + text);
    }
  }

  // ---- what happens -----------------------------------------------------------------------------

  private sealed interface Plan {
    void happen();
  }

  private record Stop(Held held) implements Plan {
    @Override
    public void happen() {
      held.stop();
    }

    @Override
    public String toString() {
      return "to be held there";
    }
  }

  private record Failure(Throwable exception) implements Plan {
    @Override
    public void happen() {
      throw Sneaky.rethrow(exception);
    }

    @Override
    public String toString() {
      return "to fail there with " + exception;
    }
  }

  private record Cancellation(String name) implements Plan {
    @Override
    public void happen() {
      var task = Asyncio.currentTask();
      if (task == null) {
        throw new IllegalStateException(
            "there is nobody to cancel at point '" + name + "': no task has come to it");
      }
      task.cancel();
      Asyncio.sleep(0); // throws it
    }

    @Override
    public String toString() {
      return "to be cancelled there";
    }
  }

  /// The next one who comes to a point, and is held there. Made by [Points#hold]; at the end of a
  /// `try` statement they are let on.
  public static final class Held implements AutoCloseable {
    private final EventLoop loop;
    private final String name;
    private final WaitList held = new WaitList(this);
    private final WaitList awaiting;
    private @Nullable Task<?> who;
    private boolean reached;
    private boolean released;

    private Held(Points points, String name) {
      this.loop = points.loop;
      this.name = name;
      this.awaiting = new WaitList(new Arrival(name, points.seen, points.elsewhere));
    }

    private void stop() {
      reached = true;
      who = Asyncio.currentTask();
      awaiting.wakeAll();
      if (!released) {
        hold();
      }
    }

    private void hold() {
      try {
        wait(held);
      } catch (IllegalStateException e) {
        throw who != null
            ? e
            : new IllegalStateException(
                "nobody can be held at point '" + name + "': no coroutine has come to it", e);
      }
    }

    /// Waits until somebody is there. Suspends unless somebody is, or was. **Cancellation** ends
    /// the wait.
    ///
    /// @return who: the task, or `null` if the point is not in one
    /// @throws CancelledError if the task is cancelled while it waits
    /// @throws IllegalStateException if it has to wait, and the caller runs in no coroutine of the
    ///   loop
    public @Nullable Task<?> reached() {
      if (!reached) {
        wait(awaiting);
      }
      return who;
    }

    private static void wait(WaitList list) {
      var place = list.enter();
      try {
        place.await();
      } finally {
        place.leave();
      }
    }

    /// {@return whether somebody is there, or was}
    public boolean isReached() {
      return reached;
    }

    /// Lets them on; who comes later is not held. Idempotent; does not suspend.
    ///
    /// @throws IllegalStateException where their loop does not run
    public void release() {
      checkThread(loop);
      letOn();
    }

    private void letOn() {
      released = true;
      held.wakeAll();
    }

    /// Lets them on, as [#release()] does.
    @Override
    public void close() {
      release();
    }

    /// {@return `release() at point 'name'`: what they wait for}
    @Override
    public String toString() {
      return "release() at point '" + name + "'";
    }
  }

  /// What [Held#reached()] waits for: in messages.
  private record Arrival(String name, Set<String> seen, Set<String> elsewhere) {
    @Override
    public String toString() {
      return "somebody to come to point '"
          + name
          + "'"
          + (elsewhere.contains(name) ? ", other than on " + ELSEWHERE : "")
          + (seen.isEmpty() ? "" : " (points that somebody came to: " + seen + ")");
    }
  }
}
