package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/// Nodes that elect a leader by a lease of a second, who then makes a backup: when it writes it may
/// not be the leader any more, and another has begun.
///
/// FAITHFUL: it takes but a pause.
final class StaleLeader {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "leadership that is stale after an await",
          _ -> twoNodes(StaleLeader::backUp),
          _ -> twoNodes(StaleLeader::backUpIfStillLeader));

  private StaleLeader() {}

  private static final class Lease {
    private double end;
    int term;

    boolean acquire() {
      double now = getRunningLoop().time();
      if (now < end) {
        return false;
      }
      end = now + 1;
      term++;
      return true;
    }

    boolean isCurrent(int ofTerm) {
      return term == ofTerm && getRunningLoop().time() < end;
    }
  }

  @FunctionalInterface
  private interface Node {
    void lead(Lease lease, List<Integer> written);
  }

  private static void collect() {
    sleep(0.3);
    sleep(0.3);
  }

  private static void backUp(Lease lease, List<Integer> written) {
    if (lease.acquire()) {
      int term = lease.term;
      collect();
      written.add(term);
    }
  }

  private static void backUpIfStillLeader(Lease lease, List<Integer> written) {
    if (lease.acquire()) {
      int term = lease.term;
      collect();
      if (lease.isCurrent(term)) {
        written.add(term);
      }
    }
  }

  private static void twoNodes(Node node) {
    var lease = new Lease();
    var written = new ArrayList<Integer>();
    var one =
        createTask(
            () -> {
              node.lead(lease, written);
              assertThat(written).allMatch(term -> term == lease.term);
            },
            "one");
    sleep(1.2);
    var other = createTask(() -> node.lead(lease, written), "other");
    await(one);
    await(other);
  }
}
