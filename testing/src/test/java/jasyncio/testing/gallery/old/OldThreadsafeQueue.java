package jasyncio.testing.gallery.old;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.GatherOption;
import jasyncio.queue.QueueShutDownException;
import jasyncio.queue.ThreadsafeQueue;
import jasyncio.testing.TestScope;
import jasyncio.testing.gallery.Exhibit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `ThreadsafeQueue` as it was first, without its lock: takers are handed their items. One who is
/// cancelled gives his back; but one who had been sent away by the end of the queue, and had not
/// run yet, did not look for it.
public final class OldThreadsafeQueue {
  /// An item that was put before the end is got by nobody.
  public static final Exhibit GIVEN_BACK =
      Exhibit.faithful(
          "ThreadsafeQueue: item that is given back at the end",
          scope -> {
            var queue = new Old();
            twoTakers(scope, queue::get, queue::put, queue::shutdown);
          },
          scope -> {
            var queue = new ThreadsafeQueue<String>();
            twoTakers(scope, queue::get, queue::putNowait, queue::shutdown);
          });

  private OldThreadsafeQueue() {}

  private static final class Waiter {
    private final EventLoop loop = getRunningLoop();
    final Future<Boolean> wakeUp = loop.createFuture();
    @Nullable String item;

    void wake() {
      loop.callSoonThreadsafe(() -> {
        if (!wakeUp.done()) {
          wakeUp.setResult(true);
        }
      });
    }
  }

  private static final class Old {
    private final ArrayDeque<String> items = new ArrayDeque<>();
    private final ArrayDeque<Waiter> takers = new ArrayDeque<>();
    private boolean shutDown;

    String get() {
      var item = items.poll();
      if (item != null) {
        return item;
      } else if (shutDown) {
        throw new QueueShutDownException("the queue is shut down and empty");
      }
      var waiter = new Waiter();
      takers.add(waiter);
      try {
        await(waiter.wakeUp);
      } catch (Throwable e) {
        takers.remove(waiter);
        if (waiter.item != null) {
          put(waiter.item);
        }
        throw e;
      }
      if (waiter.item == null) {
        throw new QueueShutDownException("the queue is shut down and empty");
      }
      return waiter.item;
    }

    void put(String item) {
      var taker = takers.poll();
      if (taker == null) {
        items.addFirst(item);
      } else {
        taker.item = item;
        taker.wake();
      }
    }

    void shutdown() {
      shutDown = true;
      takers.forEach(Waiter::wake);
      takers.clear();
    }
  }

  private static void twoTakers(
      TestScope scope, Supplier<String> get, Consumer<String> put, Runnable shutdown) {
    var got = new ArrayList<String>();
    var first = scope.mayBeCancelled(createTask(() -> got.add(get.get()), "first"));
    var second = createTask(() -> got.add(get.get()), "second");
    toThread(() -> {
      put.accept("item");
      shutdown.run();
    });
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(first, second)));
    assertThat(got).containsExactly("item");
  }
}
