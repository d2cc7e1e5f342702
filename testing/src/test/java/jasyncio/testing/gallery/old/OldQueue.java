package jasyncio.testing.gallery.old;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.GatherOption;
import jasyncio.WaitList;
import jasyncio.queue.Queue;
import jasyncio.testing.gallery.Exhibit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// `Queue.put` as it was first: who was woken because there is room, and whose item is then refused
/// by what keeps the items (an order that cannot compare it), does not hand the room on.
public final class OldQueue {
  /// Who comes next waits for ever.
  public static final Exhibit ROOM =
      Exhibit.faithful(
          "Queue: room that is not handed on",
          _ -> {
            var queue = new Old(new Picky());
            oneIsRefused(queue::put, queue::get);
          },
          _ -> {
            var queue = new Queue<String>(1, new Picky());
            oneIsRefused(queue::put, queue::get);
          });

  private OldQueue() {}

  private static final class Old {
    private final ArrayDeque<String> items;
    private final WaitList getters = new WaitList(this);
    private final WaitList putters = getters.sibling();

    Old(ArrayDeque<String> items) {
      this.items = items;
    }

    private boolean full() {
      return items.size() >= 1;
    }

    void put(String item) {
      while (full()) {
        wait(putters);
      }
      items.add(item);
      getters.wakeFirst();
    }

    String get() {
      while (items.isEmpty()) {
        wait(getters);
      }
      var item = items.remove();
      putters.wakeFirst();
      return item;
    }

    private static void wait(WaitList waiters) {
      var place = waiters.enter();
      try {
        place.await();
      } catch (Throwable e) {
        if (place.woken()) {
          waiters.wakeFirst();
        }
        throw e;
      } finally {
        place.leave();
      }
    }
  }

  /// Refuses bad items.
  private static final class Picky extends ArrayDeque<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean add(String item) {
      if (item.equals("bad")) {
        throw new ClassCastException(item);
      }
      return super.add(item);
    }
  }

  private static void oneIsRefused(Consumer<String> put, Supplier<String> get) {
    put.accept("one");
    var got = new ArrayList<String>();
    var consumer =
        createTask(
            () -> {
              sleep(0.1);
              sleep(0.1);
              got.add(get.get());
              got.add(get.get());
            },
            "consumer");
    var bad =
        createTask(
            () -> {
              sleep(0.5);
              put.accept("bad");
            },
            "bad");
    var good =
        createTask(
            () -> {
              sleep(0.6);
              put.accept("good");
            },
            "good");
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(consumer, bad, good)));
    assertThat(got).containsExactly("one", "good");
  }
}
