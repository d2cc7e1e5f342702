package jasyncio.testing;

import jasyncio.Action;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.internal.loop.LoopAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What a test [on a loop][OnLoop] has to itself: a parameter of test methods. Tests of a class
/// that share a loop share this, too: what is said here to happen when the test is over then
/// happens when the class is.
///
/// Counterpart: `TestScope` of kotlinx-coroutines-test.
public final class TestScope {
  private final EventLoop loop;
  private final TestClock clock;
  private final @Nullable Explored explored;
  private final @Nullable SimulatedWorld world;
  private @Nullable Points points; // the loop's thread only
  private final List<Task<?>> background = new ArrayList<>(); // the loop's thread only
  private final List<Outside> outsides = new CopyOnWriteArrayList<>(); // any thread

  /// @param explored who chooses the order of events, if somebody does
  /// @param world the simulated world that the loop is in, if it is
  TestScope(
      EventLoop loop,
      TestClock clock,
      @Nullable Explored explored,
      @Nullable SimulatedWorld world) {
    this.loop = loop;
    this.clock = clock;
    this.explored = explored;
    this.world = world;
  }

  /// {@return the loop}
  public EventLoop loop() {
    return loop;
  }

  /// {@return its time}
  public TestClock clock() {
    return clock;
  }

  /// Makes a task that may run as long as the test does: a server, say. When the test is over,
  /// after its `@AfterEach` methods, it is cancelled, and its clean-up awaited. If it fails before,
  /// and nobody awaits it, the test fails. Counterpart: `backgroundScope` of
  /// kotlinx-coroutines-test.
  ///
  /// Does not suspend. The loop's thread only.
  ///
  /// @param body the coroutine
  /// @return the task
  /// @throws IllegalStateException if another thread calls
  public Task<Void> background(Action<?> body) {
    var task = loop.createTask(Objects.requireNonNull(body, "body"));
    background.add(task);
    return task;
  }

  /// Says that somebody may cancel a task at any moment: a client that goes away, a shutdown. In a
  /// run of an [exploration][Explore] it is cancelled once, before one turn or another, or not at
  /// all, as is chosen; everywhere else, nothing happens. Whoever awaits the task has to expect a
  /// [CancelledError][jasyncio.CancelledError].
  ///
  /// Does not suspend. The loop's thread only.
  ///
  /// ```java
  /// var client = scope.mayBeCancelled(createTask(() -> pool.query("select 1")));
  /// await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(client)));
  /// assertThat(pool.free()).isEqualTo(1);
  /// ```
  ///
  /// @param <T> what the task gives
  /// @param task who may be cancelled
  /// @return the same task
  /// @throws IllegalArgumentException if it belongs to another loop
  public <T extends @Nullable Object> Task<T> mayBeCancelled(Task<T> task) {
    if (task.getLoop() != loop) {
      throw new IllegalArgumentException("the task belongs to another loop: " + task);
    }
    if (explored != null) {
      explored.loop().mayBeCancelled(task);
    }
    return task;
  }

  /// Announces that a thread which the loop does not know of is going to call it, by
  /// [callSoonThreadsafe][EventLoop#callSoonThreadsafe(Runnable)] or the like. Until that is taken
  /// back virtual time stands still, and to wait is no dead-lock.
  ///
  /// There is no need of it for [toThread][jasyncio.Asyncio#toThread], executors, and awaited
  /// futures of the JDK. Does not suspend; any thread.
  ///
  /// @param what who it is, for messages
  /// @return closing it takes the announcement back; idempotent, any thread
  public Outside outside(String what) {
    var outside = new Outside(Objects.requireNonNull(what, "what"));
    LoopAccess.get().answerExpected(loop);
    outsides.add(outside);
    return outside;
  }

  /// {@return what happens at the points of the program, on the loop of this test} They are closed
  /// when the test is over, after its `@AfterEach` methods; if nobody has come to one of which
  /// something was said, the test fails. Does not suspend. The loop's thread only.
  public Points points() {
    var made = points;
    if (made == null) {
      made = Points.of(loop);
      points = made;
    }
    return made;
  }

  /// {@return the simulated world that the test is in} Does not suspend. The loop's thread only.
  ///
  /// @throws IllegalStateException if it is in none
  public Simulation simulation() {
    if (world == null) {
      throw new IllegalStateException(
          "this test is in no simulation: take a Simulation as a parameter of an @Explore test, or"
              + " say Exploration.simulated()");
    }
    return world.simulation();
  }

  List<Task<?>> backgroundTasks() {
    return background;
  }

  List<Outside> outsides() {
    return outsides;
  }

  /// An announcement that another thread is going to call the loop.
  public final class Outside implements AutoCloseable {
    private final String what;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Outside(String what) {
      this.what = what;
    }

    /// It has called, or will not any more.
    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        outsides.remove(this);
        if (!loop.isClosed()) {
          loop.callSoonThreadsafe(() -> LoopAccess.get().answered(loop)); // and looks again
        }
      }
    }

    /// {@return who it is}
    @Override
    public String toString() {
      return what;
    }
  }
}
