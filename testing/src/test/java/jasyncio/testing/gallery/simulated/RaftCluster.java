package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import jasyncio.Future;
import jasyncio.testing.Host;
import jasyncio.testing.Link;
import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import jasyncio.testing.gallery.simulated.Raft.Entry;
import jasyncio.testing.gallery.simulated.Raft.Mistake;
import jasyncio.testing.gallery.simulated.Raft.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Three nodes of [Raft] in a simulated world, what they promise, and what happens to them in one
/// run.
final class RaftCluster {
  private static final int NODES = 3;
  private static final int STEPS = 6;

  enum Move {
    /// Who is cut off is not any more.
    HEAL,
    /// The leader is cut off, and takes a command there that it cannot hand on.
    CUT_OFF_LEADER,
    CRASH_LEADER,
    CRASH_ALL,
    COMMAND
  }

  private final Simulation sim;
  private final Mistake mistake;
  private final int seed;
  private final List<Host> hosts;
  private final @Nullable Raft[] nodes = new Raft[NODES]; // as they run now
  private final Map<Integer, Integer> leaders =
      new HashMap<>(); // that have been seen, of each term
  private final List<Entry> committed = new ArrayList<>();
  private Link.Fault cut = () -> {};
  private int commands;
  private int done;

  private RaftCluster(Simulation sim, Mistake mistake) {
    this.sim = sim;
    this.mistake = mistake;
    seed = sim.choose("seed of the election timeouts", 10);
    hosts = sim.hosts("n", NODES, i -> () -> run(i));
    sim.always("one leader a term", () -> running().allMatch(this::leadsAlone));
    sim.always("what is committed stays", () -> running().allMatch(this::keepsCommitted));
    sim.always("logs match", this::logsMatch);
    sim.sometimes("commands are done", () -> done >= 3);
    sim.sometimes("leaders change", () -> leaders.size() >= 3);
  }

  private void run(int id) throws IOException {
    var file = sim.host("n" + id).disk().path("/raft");
    nodes[id] = new Raft(id, NODES, file, new SplittableRandom(NODES * seed + id), mistake);
    nodes[id].run();
  }

  private Stream<Raft> running() {
    return hosts.stream()
        .filter(Host::isRunning)
        .map(host -> nodes[hosts.indexOf(host)])
        .filter(Objects::nonNull);
  }

  // ---- what is promised -------------------------------------------------------------------------

  private boolean leadsAlone(Raft node) {
    return node.role() != Role.LEADER
        || leaders.computeIfAbsent(node.term(), _ -> node.id()) == node.id();
  }

  private boolean keepsCommitted(Raft node) {
    var its = node.committed();
    int common = Math.min(its.size(), committed.size());
    boolean same = its.subList(0, common).equals(committed.subList(0, common));
    committed.addAll(its.subList(common, its.size()));
    return same;
  }

  /// Two logs that have an entry of the same term at the same place are the same up to there.
  private boolean logsMatch() {
    var logs = running().map(Raft::log).toList();
    return logs.stream().allMatch(a -> logs.stream().allMatch(b -> match(a, b)));
  }

  private static boolean match(List<Entry> a, List<Entry> b) {
    for (int i = Math.min(a.size(), b.size()); i > 0; i--) {
      if (a.get(i - 1).term() == b.get(i - 1).term()) {
        return a.subList(0, i).equals(b.subList(0, i));
      }
    }
    return true;
  }

  // ---- what happens -----------------------------------------------------------------------------

  /// Who leads; in doubt, by the latest term.
  private Host leader() {
    return running()
        .filter(node -> node.role() == Role.LEADER)
        .max(Comparator.comparingInt(Raft::term))
        .map(node -> hosts.get(node.id()))
        .orElse(hosts.getFirst());
  }

  void make(Move move) {
    switch (move) {
      case HEAL -> cut.close();
      case CUT_OFF_LEADER -> {
        cut.close();
        var leader = leader();
        var node = nodes[hosts.indexOf(leader)];
        cut = sim.partition(leader.name());
        var command = "c" + ++commands;
        leader.loop().call(() -> node.execute(command)).addDoneCallback(RaftCluster::ignore);
      }
      case CRASH_LEADER -> leader().restart();
      case CRASH_ALL -> hosts.forEach(Host::restart);
      case COMMAND -> command();
    }
  }

  private static void ignore(Future<?> call) {
    if (!call.cancelled()) {
      call.exception(); // nobody else wants to know
    }
  }

  private void command() {
    var command = "c" + ++commands;
    try {
      if (waitFor(() -> Rpc.ask(leader().name(), "do " + command), 5).equals("done")) {
        done++;
      }
    } catch (IOException | TimeoutException e) {
      // it may be done or not
    }
  }

  /// All are up, and can talk: then all have the same in the end.
  void recover() {
    cut.close();
    sleep(20);
    command();
    sleep(20);
  }

  /// The cluster with a mistake, and without.
  static SimulatedExhibit exhibit(Mistake mistake) {
    return new SimulatedExhibit(
        "Raft, " + mistake, sim -> among(sim, mistake), sim -> among(sim, Mistake.NONE));
  }

  private static void among(Simulation sim, Mistake mistake) {
    var cluster = new RaftCluster(sim, mistake);
    if (sim.choose("packets are lost", 2) == 1) {
      sim.links().loss(0.1);
    }
    sleep(10);
    cluster.command();
    for (int step = 1; step <= STEPS; step++) {
      cluster.make(sim.choose("step " + step, List.of(Move.values())));
      sleep(12);
    }
    cluster.recover();
  }
}
