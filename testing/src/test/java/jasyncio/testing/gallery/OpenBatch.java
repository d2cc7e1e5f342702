package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Loads what is asked for in batches: the batch is forgotten when its answer is here, with
/// whatever has been asked for meanwhile.
///
/// FAITHFUL: it takes but an answer that is late.
final class OpenBatch {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "batch that forgets what comes meanwhile",
          _ -> twoReaders(new Batches()),
          _ -> twoReaders(new MendedBatches()));

  private OpenBatch() {}

  private static class Batches {
    Map<Integer, Future<String>> waiting = new LinkedHashMap<>();

    final String load(int key) {
      if (waiting.isEmpty()) {
        createTask(() -> flush(), "flush");
      }
      return await(waiting.computeIfAbsent(key, _ -> getRunningLoop().createFuture()));
    }

    void flush() {
      var batch = List.copyOf(waiting.entrySet());
      query();
      batch.forEach(entry -> entry.getValue().setResult("row " + entry.getKey()));
      waiting.clear();
    }

    final void query() {
      sleep(0.02); // a connection
      sleep(0.02); // rows
    }
  }

  private static final class MendedBatches extends Batches {
    @Override
    void flush() {
      var batch = waiting;
      waiting = new LinkedHashMap<>();
      query();
      batch.forEach((key, row) -> row.setResult("row " + key));
    }
  }

  private static void twoReaders(Batches batches) {
    var first = createTask(() -> batches.load(1), "first");
    sleep(0.5);
    var second = createTask(() -> batches.load(2), "second");
    assertThat(await(gather(List.of(first, second)))).containsExactly("row 1", "row 2");
  }
}
