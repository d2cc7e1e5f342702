package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.sync.Condition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// A queue with a condition that is waited for with `if`, not `while`: before who was woken has the
/// lock again, another may have taken the item.
///
/// FAITHFUL: it takes but a consumer who comes as the producer holds the lock.
final class BoundedBuffer {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "condition that is waited for once",
          _ -> twoConsumers(new Buffer()),
          _ -> twoConsumers(new MendedBuffer()));

  private BoundedBuffer() {}

  private static class Buffer {
    final Condition notEmpty = new Condition();
    final ArrayDeque<Integer> items = new ArrayDeque<>();

    final void put(int item) {
      try (var _ = notEmpty.acquire()) {
        sleep(0.01); // it is written to the disk, too
        items.add(item);
        notEmpty.signal();
      }
    }

    final int take() {
      try (var _ = notEmpty.acquire()) {
        awaitItem();
        return items.removeFirst();
      }
    }

    void awaitItem() {
      if (items.isEmpty()) {
        notEmpty.await();
      }
    }
  }

  private static final class MendedBuffer extends Buffer {
    @Override
    void awaitItem() {
      while (items.isEmpty()) {
        notEmpty.await();
      }
    }
  }

  private static void twoConsumers(Buffer buffer) {
    var taken = new ArrayList<Integer>();
    var early = createTask(() -> taken.add(buffer.take()), "early");
    var late =
        createTask(
            () -> {
              sleep(0.5);
              taken.add(buffer.take());
            },
            "late");
    sleep(0.4);
    buffer.put(1);
    sleep(0.3);
    buffer.put(2);
    await(early);
    await(late);
    assertThat(taken).containsExactlyInAnyOrderElementsOf(List.of(1, 2));
  }
}
