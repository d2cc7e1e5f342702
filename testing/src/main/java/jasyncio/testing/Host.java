package jasyncio.testing;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.GatherOption;
import jasyncio.GeneratorExit;
import jasyncio.SystemExit;
import jasyncio.Task;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopParts;
import jasyncio.internal.loop.Waiting;
import jasyncio.testing.internal.disk.DiskOptions;
import jasyncio.testing.internal.disk.SimDisk;
import jasyncio.testing.internal.net.SimHost;
import jasyncio.testing.internal.program.Surroundings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.FileSystem;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A machine of a [Simulation], with a loop of its own, on which its program runs.
///
/// Its program begins when the host is made. It may crash, and be started again, when the program
/// runs from its beginning; it may stand still for a while, as a machine does whose memory is
/// collected, or that is moved; and its clock may be wrong.
///
/// The methods are called by the test's coroutine, or by the code of other hosts; none suspends.
public final class Host {
  /* Overview
   * RUNNING -> ENDED     the program has returned or failed, or stop() has cancelled it; its loop was closed
   * RUNNING -> CRASHED   crash(): its loop is dropped as it stands
   * ENDED, CRASHED -> RUNNING   restart(): another loop
   *
   * Belongs to who has the turn in the world, but for `isQueued`, which the world guards.
   */
  private static final int SEEDS = 1 << 20;

  private enum State {
    RUNNING,
    ENDED,
    CRASHED
  }

  private final SimulatedWorld world;
  private final String name;
  private final Action<?> body;
  private final SimHost machine; // its network
  private final SimDisk simulatedDisk;
  private final HostDisk disk;
  private final HostClock clock = new HostClock();
  private final Map<String, Runnable> signals = new HashMap<>(); // what they have run
  private final Surroundings around = new Around();
  private final List<ErrorContext> errors = new ArrayList<>();
  boolean isQueued;
  private State state = State.ENDED;
  private volatile @Nullable EventLoop loop; // written by who has the turn, read by any
  private @Nullable ExploredLoop order;
  private RandomGenerator random = new SplittableRandom(0);
  private @Nullable Points points;
  private @Nullable Task<?> main;
  private int alarm; // number of the last time that its loop fell asleep
  private boolean paused;
  private boolean wokenMeanwhile; // while it was paused
  private boolean rested; // it has stood still before this slice

  Host(SimulatedWorld world, String name, Action<?> body) {
    this.world = world;
    this.name = name;
    this.body = body;
    this.machine = world.addToNetwork(name);
    this.simulatedDisk = new SimDisk(world, DiskOptions.defaults().named(name));
    this.disk = new HostDisk(simulatedDisk);
    machine.onReady(this::wake);
  }

  /// {@return its name}
  public String name() {
    return name;
  }

  /// {@return its address, which its name leads to}
  public InetAddress address() {
    return machine.addresses().getFirst();
  }

  /// {@return its disk, which survives crashes as far as it was synced}
  public HostDisk disk() {
    return disk;
  }

  /// {@return what happens at the [points][jasyncio.util.Point] of its program} Used on its loop,
  /// by [EventLoop#call] for one; after a restart there are others.
  ///
  /// @throws IllegalStateException if it does not run
  public Points points() {
    loop();
    return Objects.requireNonNull(points);
  }

  /// {@return the names of hosts as this one finds them}
  public HostNames names() {
    return new HostNames(world, machine.names());
  }

  /// Has it have so few descriptors: beyond, sockets and pipes fail with `Too many open files`.
  ///
  /// @param limit how many at a time; by default there is no limit
  /// @throws IllegalArgumentException if it is negative
  public void setDescriptorLimit(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("a host has 0 descriptors or more, not " + limit);
    }
    machine.descriptorLimit(limit);
  }

  SimHost machine() {
    return machine;
  }

  /// {@return its loop, as long as it runs: for [EventLoop#call], which runs something there}
  ///
  /// @throws IllegalStateException if it does not run
  public EventLoop loop() {
    var running = loop;
    if (running == null || state != State.RUNNING) {
      throw new IllegalStateException(
          "host "
              + name
              + (state == State.CRASHED ? " has crashed" : " has ended")
              + "; restart() has its program run again");
    }
    return running;
  }

  /// {@return whether its program runs}
  public boolean isRunning() {
    return state == State.RUNNING;
  }

  /// {@return whether it stands still}
  public boolean isPaused() {
    return paused;
  }

  /// {@return random numbers for its program: those of this run, and so the same when it is
  /// replayed; after a restart there are others}
  public RandomGenerator random() {
    return random;
  }

  /// {@return its clock, which may be wrong}
  public InstantSource clock() {
    return clock;
  }

  // ---- what may happen to it --------------------------------------------------------------------

  /// Has it crash: nothing of its program runs any more, no `finally` block either. Idempotent.
  ///
  /// @throws IllegalStateException if its own program calls
  public void crash() {
    if (state != State.RUNNING) {
      return;
    }
    checkIsOutside("crash");
    world.explored().note(() -> name + " crashes");
    machine.crash(false);
    simulatedDisk.crash();
    drop();
    state = State.CRASHED;
  }

  /// Starts its program again, from the beginning. One that runs crashes before.
  ///
  /// @throws IllegalStateException if its own program calls
  public void restart() {
    crash();
    paused = false;
    start();
  }

  /// Has it stand still: time goes on, and what is due there is late. Idempotent.
  public void pause() {
    if (!paused) {
      world.explored().note(() -> name + " stands still");
      paused = true;
    }
  }

  /// Has it go on. Idempotent.
  public void resume() {
    if (paused) {
      paused = false;
      if (wokenMeanwhile) {
        wokenMeanwhile = false;
        world.wake(this);
      }
    }
  }

  /// Asks its program to end, by cancelling it, as SIGTERM does. Idempotent.
  public void stop() {
    var task = main;
    if (state == State.RUNNING && task != null && !task.done()) {
      loop().callSoonThreadsafe(task::cancel);
    }
  }

  /// Ends its program as it stands, as SIGKILL does: no `finally` block runs. The machine goes on:
  /// its sockets are closed, and its disk keeps what was written, synced or not. Idempotent.
  ///
  /// @throws IllegalStateException if its own program calls
  public void kill() {
    if (state != State.RUNNING) {
      return;
    }
    checkIsOutside("kill");
    world.explored().note(() -> "the program of " + name + " is killed");
    drop();
    simulatedDisk.closeAll();
    state = State.ENDED;
  }

  /// Sends its program a signal. One that it [handles][EventLoop#addSignalHandler] has its callback
  /// run; by default TERM, INT and HUP end it as KILL does, which cannot be handled, and others do
  /// nothing. Nothing happens if it does not run.
  ///
  /// @param signal its name, such as `TERM`
  /// @throws IllegalStateException if its own program would end itself
  public void signal(String signal) {
    var upper = signal.toUpperCase(Locale.ROOT);
    var action = signals.get(upper);
    if (action != null && state == State.RUNNING) {
      action.run();
    } else if (List.of("KILL", "TERM", "INT", "HUP").contains(upper)) {
      kill();
    }
  }

  private Runnable handleSignal(String signal, Runnable action) {
    if (signal.equals("KILL")) {
      throw new IllegalStateException("signal KILL cannot be caught");
    }
    var before = signals.put(signal, action);
    return () -> {
      if (before == null) {
        signals.remove(signal);
      } else {
        signals.put(signal, before);
      }
    };
  }

  /// Sets its clock, which [#clock()] and its loop's [time()][EventLoop#time] show, forward or
  /// back, and has it be fast or slow from now on.
  ///
  /// @param skew how much further it shows than it should, from now on
  /// @param drift how much faster than it should it is: 0.001 for a millisecond each second
  /// @throws IllegalArgumentException if drift is not more than -1, or not a number
  public void setClock(Duration skew, double drift) {
    if (!(drift > -1 && drift < 1000)) {
      throw new IllegalArgumentException(
          "a clock that drifts by " + drift + " would stand still, go back, or be absurdly fast");
    }
    clock.set(skew, drift);
  }

  private void checkIsOutside(String what) {
    if (loop != null && EventLoop.running() == loop) {
      throw new IllegalStateException(
          "host " + name + " cannot " + what + " itself: the test, or another host, does that");
    }
  }

  // ---- its life ---------------------------------------------------------------------------------

  void start() {
    simulatedDisk.mount();
    alarm++;
    var explored =
        world.explored().loop(name, new Jobs(job -> Surroundings.Known.job(job, around)));
    var parts =
        new LoopParts(
            (inbox, channels, _) -> new HostTime(inbox, channels, this),
            explored.order(),
            new HostNetwork(machine),
            this::handleSignal);
    var made = (EventLoop) LoopAccess.get().newLoop(null, parts, "host " + name);
    made.setDefaultExecutor(explored.jobs());
    made.setExceptionHandler((_, error) -> errors.add(error));
    made.setSlowCallbackDuration(Double.MAX_VALUE);
    loop = made;
    order = explored;
    Surroundings.Known.put(made, around);
    random = new SplittableRandom(world.choose("seed of random numbers on " + name, SEEDS));
    points = Points.of(made);
    points.watch(world.simulation()::cameTo);
    state = State.RUNNING;
    main = made.createTask(this::program, "main");
    world.wake(this);
  }

  /// What its main task does: as a runner, it ends what the program has left.
  private void program() throws Exception {
    try {
      body.run();
    } catch (GeneratorExit e) { // the loop is closed
      throw e;
    } catch (CancelledError e) {
      endOthers();
      throw e;
    } catch (SystemExit e) {
      tellExit(e);
    } catch (Throwable e) {
      world.fail(e);
    }
    endOthers();
  }

  private static void endOthers() {
    var self = Asyncio.currentTask();
    var left = Asyncio.allTasks().stream().filter(task -> task != self).toList();
    left.forEach(Task::cancel);
    Asyncio.await(Asyncio.gather(GatherOption.RETURN_EXCEPTIONS, left));
  }

  /// Its loop runs until it would wait. Called by the world's driver.
  void run() {
    var running = loop;
    if (state != State.RUNNING || running == null) {
      return;
    }
    if (paused) {
      wokenMeanwhile = true;
      return;
    }
    long still = rested ? 0 : world.explored().standstill(name);
    rested = still > 0;
    if (still > 0) {
      world.explored().deviation(() -> name + " stands still for " + VirtualTime.text(still));
      world.at(world.nanos() + still, this::wake);
      return;
    }
    alarm++;
    boolean over = isOver(running);
    Thread.interrupted(); // of a watchdog's, perhaps: it has done what it was for
    if (over) {
      state = State.ENDED;
      forget();
      close(running);
      simulatedDisk.closeAll();
    }
  }

  /// Runs the loop; whether the program has ended.
  private boolean isOver(EventLoop running) {
    try {
      running.runForever();
      return main != null && main.done();
    } catch (SystemExit e) {
      tellExit(e);
    } catch (Throwable e) {
      world.fail(e);
    }
    return true;
  }

  private void tellExit(SystemExit e) {
    if (e.code() != 0) {
      world.fail(e);
    }
  }

  private void close(EventLoop ended) {
    try {
      ended.close();
    } catch (Throwable e) {
      world.fail(e);
    }
  }

  /// The thread whose code runs on its loop now, if one does. Any thread.
  @Nullable Thread runningThread() {
    var running = loop;
    return running == null ? null : LoopAccess.get().currentThread(running);
  }

  private void drop() {
    world.drop(Objects.requireNonNull(loop));
    forget();
  }

  private void forget() {
    if (points != null) {
      points.drop();
    }
    points = null;
    signals.clear();
    Surroundings.Known.remove(Objects.requireNonNull(loop));
    loop = null;
    main = null;
    order = null;
  }

  /// What went wrong on it that nobody has been told of.
  void tell(Problems problems) {
    errors.forEach(problems::error);
    errors.clear();
  }

  // ---- its loop's waits -------------------------------------------------------------------------

  /// There is something to do. Any thread.
  void wake() {
    world.wake(this);
  }

  /// What its loop's clock shows.
  long nanos() {
    return clock.nanos();
  }

  /// Something is done in place of a wait.
  boolean doesInstead(long nanos) {
    return Objects.requireNonNull(order).instead(nanos, true);
  }

  /// Its loop would wait so long: it stops, until then or until it is woken.
  void sleep(long nanos) {
    LoopAccess.get().core(Objects.requireNonNull(loop)).stop();
    if (nanos != Waiting.FOREVER) {
      int number = ++alarm;
      long late = world.explored().overshoot(name);
      world.at(
          clock.after(nanos) + late,
          () -> {
            if (number == alarm) {
              world.wake(this);
            }
          });
    }
  }

  /// {@return such as `<Host n1 running>`}
  @Override
  public String toString() {
    return "<Host "
        + name
        + (paused ? " paused>" : " " + state.name().toLowerCase(Locale.ROOT) + ">");
  }

  /// What its program finds, if that was loaded for it.
  private final class Around implements Surroundings {
    @Override
    public Instant now() {
      return clock.instant();
    }

    @Override
    public long nanos() {
      return clock.nanos();
    }

    @Override
    public RandomGenerator random() {
      return random;
    }

    @Override
    public FileSystem disk() {
      return disk.fileSystem();
    }

    @Override
    public SelectorProvider sockets() {
      return machine.provider();
    }

    @Override
    public List<InetAddress> addresses(String host) throws UnknownHostException {
      return machine.names().resolveNow(host);
    }

    @Override
    public String name() {
      return name;
    }
  }

  /// A clock that may be wrong. What it shows is a line over the world's time.
  private final class HostClock implements InstantSource {
    private long began; // in the world's time
    private long shown; // then
    private double drift;

    void set(Duration skew, double newDrift) {
      long now = world.nanos();
      shown = now + skew.toNanos();
      began = now;
      drift = newDrift;
    }

    long nanos() {
      long passed = world.nanos() - began;
      return shown + passed + (long) (passed * drift);
    }

    /// When so much has passed by it, in the world's time.
    long after(long nanos) {
      return world.nanos() + (drift == 0 ? nanos : (long) Math.ceil(nanos / (1 + drift)));
    }

    @Override
    public Instant instant() {
      return TestClock.BEGINNING.plusNanos(nanos());
    }
  }
}
