package jasyncio.testing;

import jasyncio.EventLoop;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.Network;
import jasyncio.internal.loop.Waiting;
import jasyncio.testing.Choices.Kind;
import jasyncio.testing.internal.net.SimHost;
import jasyncio.testing.internal.net.SimNetwork;
import jasyncio.testing.internal.world.World;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The world of a simulation: its hosts, of which one runs at a time, and what is to happen.
final class SimulatedWorld implements World, VirtualTime.Others, AutoCloseable {
  /* Overview
   * The test's loop runs on its own thread. When it would wait, it hands over to the driver, a thread on which the loops
   * of all hosts run, one after the other, each until it would wait; and waits until the driver hands back, because
   *   something is there for the test's loop,
   *   so much time has passed as it wanted to wait,
   *   or nothing will ever happen again.
   * So there is one thread at a time, `go` and `back` are what they hand over by, and nearly all fields belong to who has
   * the turn. Only `lock` guards what any thread may come with: events, and hosts that have something to do.
   *
   * Time passes when no host has anything to do: it jumps to the next event. A host's timers are events.
   */

  /// Something that is to happen.
  private record Happening(long at, long number, Runnable event) implements Comparable<Happening> {
    @Override
    public int compareTo(Happening other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  static final String TEST = "test"; // the name of its host

  private final Explored explored;
  private final Object lock = new Object();
  private final PriorityQueue<Happening> future = new PriorityQueue<>(); // guarded by lock
  private final ArrayDeque<Host> ready = new ArrayDeque<>(); // guarded by lock: in order of waking
  private final ArrayDeque<EventLoop> dead = new ArrayDeque<>(); // guarded by lock: to be dropped
  private long happenings; // that there were; guarded by lock
  private boolean testIsReady; // there is something for the test's loop; guarded by lock
  private final List<Runnable> checks = new ArrayList<>(); // after each slice of a host
  private final Semaphore go = new Semaphore(0);
  private final Semaphore back = new Semaphore(0);
  private volatile @Nullable Thread driver; // as soon as there is something to drive
  private long limit; // until when it drives
  private volatile @Nullable Host running; // written by the driver, read by any
  private @Nullable Throwable failure; // of the machine itself
  private boolean closed;
  private @Nullable VirtualTime time;
  private Consumer<@Nullable Throwable> giveUp = _ -> {};
  private @Nullable Throwable broken; // what must not be has been; told once
  private final SimNetwork network = new SimNetwork(this);
  private final SimHost test; // the test's own
  private final Simulation simulation;
  private @Nullable String chosen; // what was not plain, and nobody has told of yet

  /// @param properties of all runs
  SimulatedWorld(Explored explored, Properties properties) {
    this.explored = explored;
    this.test = addToNetwork(TEST);
    test.onReady(this::wakeTest);
    this.simulation = new Simulation(this, properties);
    explored.hasSeveralLoops();
  }

  /// A new host of the network: 10.0.0.1 for the test, and so on.
  SimHost addToNetwork(String name) {
    int number = network.hosts().size() + 1;
    var address = new byte[] {10, 0, (byte) (number >> 8), (byte) number};
    try {
      return network.host(name, InetAddress.getByAddress(name, address));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  SimNetwork network() {
    return network;
  }

  /// The network as the test's loop is on it.
  Network networkOfTest() {
    return new HostNetwork(test);
  }

  /// The network's part of a host.
  SimHost machine(String name) {
    return name.equals(TEST) ? test : simulation.host(name).machine();
  }

  /// Whose time it is.
  ///
  /// @param whenOver has the test given up: for a reason, or because nothing can ever happen again
  void begin(VirtualTime theTime, Consumer<@Nullable Throwable> whenOver) {
    time = theTime;
    giveUp = whenOver;
    theTime.shareWith(this);
  }

  Simulation simulation() {
    return simulation;
  }

  private VirtualTime time() {
    return Objects.requireNonNull(time);
  }

  /// The test has failed: it is given up as soon as this host has run.
  void fail(Throwable reason) {
    if (broken == null) {
      broken = reason;
      wakeTest();
    }
  }

  Explored explored() {
    return explored;
  }

  // ---- for what is simulated --------------------------------------------------------------------

  @Override
  public long nanos() {
    return time().nanos();
  }

  @Override
  public void at(long nanos, Runnable event) {
    synchronized (lock) {
      future.add(new Happening(nanos, happenings++, event));
    }
  }

  @Override
  public int choose(String what, int bound) {
    tellChosen();
    int value = explored.draw(Kind.WORLD, bound, Choices.NOBODY, what);
    if (value != 0) {
      chosen = what + ": " + value + " of " + (bound - 1);
    }
    return value;
  }

  @Override
  public boolean happens(String what, double probability) {
    if (probability <= 0 || probability >= 1) {
      return probability >= 1;
    }
    tellChosen();
    int[] billionths = {(int) Math.max(1, Math.round(probability * 1e9))};
    boolean happens = explored.draw(Kind.CHANCE, 2, billionths, what) == 1;
    if (happens) {
      chosen = what;
    }
    return happens;
  }

  /// What was chosen for it is told in its words.
  @Override
  public void note(Supplier<String> what) {
    if (chosen == null) {
      explored.note(what);
    } else {
      chosen = null;
      explored.deviation(what);
    }
  }

  /// Chooses for the test.
  ///
  /// @param words for each
  int chooseForTest(String what, int bound, IntFunction<String> words) {
    tellChosen();
    int value = explored.draw(Kind.TEST, bound, Choices.NOBODY, what);
    if (value != 0) {
      explored.deviation(() -> what + ": " + words.apply(value));
    }
    return value;
  }

  @Override
  public void message(String from, String to, long sent, boolean arrives, Supplier<String> what) {
    explored.message(from, to, sent, arrives, what);
  }

  private void tellChosen() {
    var text = chosen;
    if (text != null) {
      chosen = null;
      explored.deviation(() -> text);
    }
  }

  /// A host has something to do. Any thread.
  void wake(Host host) {
    synchronized (lock) {
      if (!host.isQueued) {
        host.isQueued = true;
        ready.add(host);
      }
    }
  }

  /// A host has crashed. The driver drops its loop: to do so takes a thread that is no fiber.
  void drop(EventLoop loop) {
    synchronized (lock) {
      dead.add(loop);
    }
  }

  private void dropTheDead() {
    while (true) {
      EventLoop loop;
      synchronized (lock) {
        loop = dead.poll();
      }
      if (loop == null) {
        return;
      }
      LoopAccess.get().drop(loop);
    }
  }

  /// There is something for the test's loop. Any thread.
  void wakeTest() {
    synchronized (lock) {
      testIsReady = true;
    }
  }

  /// Has something looked at whenever a host has run.
  void addCheck(Runnable check) {
    checks.add(check);
  }

  void removeCheck(Runnable check) {
    checks.remove(check);
  }

  /// The thread whose code runs on a host now, if one does. Any thread.
  @Nullable Thread runningThread() {
    var host = running;
    var thread = host == null ? null : host.runningThread();
    return thread != null || host == null ? thread : driver;
  }

  // ---- for the test's loop ----------------------------------------------------------------------

  @Override
  public void await(long nanos, long late) {
    limit = nanos == Waiting.FOREVER ? Long.MAX_VALUE : nanos() + nanos + late;
    boolean happened = handOver();
    tellChosen();
    var reason = broken;
    broken = null;
    if (reason != null || !happened) {
      giveUp.accept(reason);
    }
  }

  @Override
  public void sent() {
    wakeTest();
  }

  /// Has the driver run; whether it came to an end by something, and not because there is nothing.
  private boolean handOver() {
    var thread = driver;
    if (thread == null) {
      thread = Thread.ofPlatform().name("jasyncio-simulation").daemon().start(this::drive);
      driver = thread;
    }
    go.release();
    boolean interrupted = false;
    while (true) {
      try {
        back.acquire();
        break;
      } catch (InterruptedException e) { // somebody wants it to end
        interrupted = true;
        thread.interrupt();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    var problem = failure;
    if (problem != null) {
      throw new IllegalStateException("the simulation failed", problem);
    }
    return somethingHappened;
  }

  private boolean somethingHappened; // when the driver last ran

  // ---- the driver -------------------------------------------------------------------------------

  private void drive() {
    while (true) {
      go.acquireUninterruptibly();
      if (closed) {
        return;
      }
      try {
        somethingHappened = run();
      } catch (Throwable e) {
        failure = e;
      }
      back.release();
    }
  }

  /// Whether there is a reason to hand back.
  private boolean run() {
    while (true) {
      dropTheDead();
      if (broken != null) {
        return true;
      }
      var host = next();
      if (host != null) {
        running = host;
        host.run();
        running = null;
        check();
      } else if (isTestReady()) {
        return true;
      } else {
        var happening = happening();
        if (happening == null) {
          if (limit == Long.MAX_VALUE) {
            return false;
          }
          passTo(limit);
          return true;
        }
        passTo(happening.at);
        happening.event.run();
      }
    }
  }

  /// What has to hold is looked at. It is code of the test.
  private void check() {
    try {
      for (var check : List.copyOf(checks)) {
        check.run();
      }
    } catch (Throwable e) {
      fail(e);
    }
  }

  private boolean isTestReady() {
    synchronized (lock) {
      boolean is = testIsReady;
      testIsReady = false;
      return is;
    }
  }

  /// What happens next, unless that is after the limit.
  private @Nullable Happening happening() {
    synchronized (lock) {
      var first = future.peek();
      return first == null || first.at > limit ? null : future.poll();
    }
  }

  /// Who runs next, of those that have something to do.
  private @Nullable Host next() {
    int count;
    synchronized (lock) {
      count = ready.size();
    }
    if (count == 0) {
      return null;
    }
    int chosen = explored.draw(Kind.HOST, count, Choices.NOBODY);
    Host host;
    synchronized (lock) {
      host = remove(chosen);
      host.isQueued = false;
    }
    if (chosen > 0) {
      explored.deviation(() -> host.name() + " runs before " + chosen + " that were ready sooner");
    }
    return host;
  }

  private Host remove(int index) {
    var it = ready.iterator();
    for (int i = 0; i < index; i++) {
      it.next();
    }
    var host = it.next();
    it.remove();
    return host;
  }

  private void passTo(long nanos) {
    long now = nanos();
    if (nanos > now) {
      time().pass(nanos - now);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  public void close() {
    closed = true;
    go.release();
    var thread = driver;
    if (thread != null) {
      joinUninterruptibly(thread);
    }
    dropTheDead();
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
        thread.interrupt();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
