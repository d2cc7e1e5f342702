package jasyncio.testing.gallery.old;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.GatherOption;
import jasyncio.testing.TestScope;
import jasyncio.testing.gallery.Exhibit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// `asCompleted` as it was first: who waits does so for a future of his own. Once that has been
/// resolved and he is cancelled before he runs, nobody else hears of the item; in the plain form
/// the item is in there, and lost.
public final class OldAsCompleted {
  /// A taker who was woken and cancelled does not wake the next.
  public static final Exhibit TAKERS =
      Exhibit.faithful(
          "asCompleted: who was woken is cancelled",
          scope -> twoTakers(scope, futures -> new Old(futures).async()),
          scope -> twoTakers(scope, futures -> asCompleted(futures).async().iterator()));

  /// An item that arrives with a cancellation is lost.
  public static final Exhibit ITEMS =
      Exhibit.faithful(
          "asCompleted: item that comes with a cancellation",
          scope -> oneWhoGoesOn(scope, futures -> new Old(futures).plain()),
          scope -> oneWhoGoesOn(scope, futures -> asCompleted(futures).iterator()));

  private OldAsCompleted() {}

  private static final class Old {
    private final ArrayDeque<Future<String>> done = new ArrayDeque<>();
    private final ArrayDeque<Future<String>> promised = new ArrayDeque<>();
    private final ArrayDeque<Future<Boolean>> waiting = new ArrayDeque<>();
    private int left;

    Old(List<Future<String>> futures) {
      left = futures.size();
      futures.forEach(future -> future.addDoneCallback(_ -> oneDone(future)));
    }

    private void oneDone(Future<String> future) {
      done.add(future);
      while (!promised.isEmpty() && !done.isEmpty()) {
        keep(promised.remove());
      }
      while (!waiting.isEmpty()) {
        var first = waiting.remove();
        if (!first.done()) {
          first.setResult(true);
          return;
        }
      }
    }

    private void keep(Future<String> promise) {
      if (!promise.done()) {
        promise.setResult(done.remove().result());
      }
    }

    private abstract class Items implements Iterator<Future<String>> {
      @Override
      public boolean hasNext() {
        return left > 0;
      }

      @Override
      public Future<String> next() {
        left--;
        return item();
      }

      abstract Future<String> item();
    }

    Iterator<Future<String>> plain() {
      return new Items() {
        @Override
        Future<String> item() {
          Future<String> promise = getRunningLoop().createFuture();
          if (done.isEmpty()) {
            promised.add(promise);
          } else {
            keep(promise);
          }
          return promise;
        }
      };
    }

    Iterator<Future<String>> async() {
      return new Items() {
        @Override
        Future<String> item() {
          while (done.isEmpty()) {
            Future<Boolean> turn = getRunningLoop().createFuture();
            waiting.add(turn);
            await(turn);
          }
          return done.remove();
        }
      };
    }
  }

  private static void twoTakers(
      TestScope scope, Function<List<Future<String>>, Iterator<Future<String>>> made) {
    Future<String> a = getRunningLoop().createFuture();
    Future<String> b = getRunningLoop().createFuture();
    var items = made.apply(List.of(a, b));
    var first = scope.mayBeCancelled(createTask(() -> items.next().result(), "first"));
    var second = createTask(() -> items.next().result(), "second");
    sleep(1);
    a.setResult("a");
    sleep(1);
    if (!first.cancelled()) {
      b.setResult("b");
    }
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(first, second)));
    assertThat(second.result()).isEqualTo(first.cancelled() ? "a" : "b");
  }

  private static void oneWhoGoesOn(
      TestScope scope, Function<List<Future<String>>, Iterator<Future<String>>> made) {
    Future<String> a = getRunningLoop().createFuture();
    Future<String> b = getRunningLoop().createFuture();
    var items = made.apply(List.of(a, b));
    var got = new ArrayList<String>();
    var consumer =
        scope.mayBeCancelled(
            createTask(
                () -> {
                  while (got.size() < 2 && items.hasNext()) {
                    try {
                      got.add(await(items.next()));
                    } catch (CancelledError e) { // it goes on
                      Objects.requireNonNull(currentTask()).uncancel();
                    }
                  }
                },
                "consumer"));
    sleep(1);
    a.setResult("a");
    sleep(1);
    b.setResult("b");
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(consumer)));
    if (!consumer.cancelled()) { // before it began
      assertThat(got).startsWith("a");
    }
  }
}
