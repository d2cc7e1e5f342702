package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// Nodes that elect a leader for five seconds at a time, by the votes of most of them. A node that
/// does not answer is taken for dead: so whoever is cut off is alone in the world, and most of all.
final class TwoLeaders {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "two leaders after a partition",
          sim -> cluster(sim, (_, answered) -> answered),
          sim -> cluster(sim, (all, _) -> all));

  private static final int NODES = 3;
  private static final double LEASE = 5;

  private TwoLeaders() {}

  /// Of how many nodes a leader needs more than half.
  @FunctionalInterface
  private interface Electorate {
    int of(int all, int answered);
  }

  private static final class Node {
    private final int id;
    private final Electorate electorate;
    private int votedFor;
    private double voteEnds;
    private double leadsUntil;

    Node(int id, Electorate electorate) {
      this.id = id;
      this.electorate = electorate;
    }

    void run() throws IOException {
      createTask(this::campaign, "campaign");
      Rpc.serve(request -> vote(Integer.parseInt(request)) ? "yes" : "no");
    }

    private boolean vote(int candidate) {
      double now = getRunningLoop().time();
      if (now < voteEnds && votedFor != candidate) {
        return false;
      }
      votedFor = candidate;
      voteEnds = now + LEASE;
      return true;
    }

    private void campaign() {
      sleep(0.5 * id);
      while (true) {
        sleep(2);
        double began = getRunningLoop().time();
        if (vote(id)) {
          int answered = 1;
          int votes = 1;
          for (int peer = 0; peer < NODES; peer++) {
            var answer = peer == id ? "" : ask(peer);
            answered += answer.isEmpty() ? 0 : 1;
            votes += answer.equals("yes") ? 1 : 0;
          }
          if (2 * votes > electorate.of(NODES, answered)) {
            leadsUntil = began + LEASE;
          }
        }
      }
    }

    private String ask(int peer) {
      try {
        return waitFor(() -> Rpc.ask("n" + peer, "" + id), 1);
      } catch (IOException | TimeoutException e) {
        return "";
      }
    }
  }

  private static void cluster(Simulation sim, Electorate electorate) {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      nodes.add(new Node(i, electorate));
    }
    sim.hosts("n", NODES, i -> nodes.get(i)::run);
    sim.always(
        "one leader",
        () -> {
          double now = sim.elapsed().toNanos() / 1e9;
          return nodes.stream().filter(node -> now < node.leadsUntil).count() <= 1;
        });
    sim.sometimes("a leader", () -> nodes.get(0).leadsUntil > 0);
    sleep(5);
    if (sim.choose("a partition", 2) == 1) {
      try (var cut = sim.partition("n0")) {
        sleep(15);
      }
    }
    sleep(5);
  }
}
