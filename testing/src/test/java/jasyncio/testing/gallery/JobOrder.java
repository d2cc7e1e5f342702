package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.sync.Lock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A journal that is written by threads: each entry in one of its own, and so in any order.
///
/// FAITHFUL: threads are not first come, first served. Locks are, and so are new tasks, on which
/// the mended journal relies: with CHAOS it would be told so.
final class JobOrder {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "order of jobs in threads",
          _ -> twoEntries(new Journal()),
          _ -> twoEntries(new Mended()));

  private JobOrder() {}

  private static class Journal {
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    void write(String line) {
      toThread(() -> lines.add(line));
    }
  }

  private static final class Mended extends Journal {
    private final Lock lock = new Lock();

    @Override
    void write(String line) {
      try (var _ = lock.acquire()) {
        super.write(line);
      }
    }
  }

  private static void twoEntries(Journal journal) {
    var opened = createTask(() -> journal.write("opened"), "opened");
    var closed = createTask(() -> journal.write("closed"), "closed");
    await(opened);
    await(closed);
    assertThat(journal.lines).containsExactly("opened", "closed");
  }
}
