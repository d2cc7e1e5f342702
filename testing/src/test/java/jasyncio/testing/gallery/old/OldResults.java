package jasyncio.testing.gallery.old;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Future;
import jasyncio.gevent.Group;
import jasyncio.testing.gallery.Exhibit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The results of gevent's `imap` as they were first: they knew one who waits for them, and forgot
/// him when a second one came.
public final class OldResults {
  /// One of two who take results waits for ever.
  public static final Exhibit TAKERS =
      Exhibit.faithful(
          "gevent imap: two who take its results",
          _ -> twoTakers(new Old(List.of(1, 2, 3))),
          _ -> twoTakers(new Group().imapUnordered(OldResults::map, List.of(1, 2, 3)).iterator()));

  private OldResults() {}

  private static int map(int i) {
    sleep(0.15 * i);
    sleep(0.15 * i);
    return i;
  }

  private static final class Old implements Iterator<Integer> {
    private final ArrayDeque<Integer> arrived = new ArrayDeque<>();
    private int running;
    private @Nullable Future<Boolean> waiter;

    Old(List<Integer> items) {
      running = items.size();
      for (int item : items) {
        createTask(() -> map(item), "map-" + item)
            .addDoneCallback(done -> {
              running--;
              arrived.add(done.result());
              if (waiter != null && !waiter.done()) {
                waiter.setResult(true);
              }
            });
      }
    }

    @Override
    public boolean hasNext() {
      while (arrived.isEmpty() && running > 0) {
        Future<Boolean> mine = getRunningLoop().createFuture();
        waiter = mine;
        try {
          await(mine);
        } finally {
          waiter = null;
        }
      }
      return !arrived.isEmpty();
    }

    @Override
    public Integer next() {
      return arrived.remove();
    }
  }

  private static void twoTakers(Iterator<Integer> results) {
    var taken = new ArrayList<Integer>();
    var early = createTask(() -> results.forEachRemaining(taken::add), "early");
    sleep(1.2);
    var late = createTask(() -> results.forEachRemaining(taken::add), "late");
    await(early);
    await(late);
    assertThat(taken).containsExactlyInAnyOrder(1, 2, 3);
  }
}
