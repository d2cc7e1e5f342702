package jasyncio.util;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.ErrorContext;
import jasyncio.queue.Queue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class FlowsTest {

  /// A publisher by hand, on the loop's thread.
  private static class Hand implements Flow.Publisher<String>, Flow.Subscription {
    final List<Long> asked = new ArrayList<>();
    boolean cancelled;
    Flow.@Nullable Subscriber<? super String> subscriber;

    @Override
    public void subscribe(Flow.Subscriber<? super String> given) {
      subscriber = given;
      given.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      asked.add(n);
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    void send(String... items) {
      Arrays.asList(items).forEach(subscriber::onNext);
    }

    @Override
    public String toString() {
      return "Hand";
    }
  }

  /// Notes what it is told. Asks when it is told to.
  private static class Ear implements Flow.Subscriber<Object> {
    final List<Object> heard = new ArrayList<>();
    final CompletableFuture<Void> end = new CompletableFuture<>();
    Flow.@Nullable Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      heard.add("subscribed");
    }

    @Override
    public void onNext(Object item) {
      heard.add(item);
    }

    @Override
    public void onError(Throwable error) {
      heard.add(error);
      end.complete(null);
    }

    @Override
    public void onComplete() {
      heard.add("complete");
      end.complete(null);
    }
  }

  /// Items of which the iterator says that it was closed.
  private record Closeable(Iterable<?> items, List<Object> log) implements Iterable<Object> {
    @Override
    public Iterator<Object> iterator() {
      class Closing implements Iterator<Object>, AutoCloseable {
        final Iterator<?> inner = items.iterator();

        @Override
        public boolean hasNext() {
          return inner.hasNext();
        }

        @Override
        public Object next() {
          return inner.next();
        }

        @Override
        public void close() {
          log.add("closed");
        }
      }
      return new Closing();
    }
  }

  @Nested
  class Items {
    private final Hand hand = new Hand();

    @Test
    void ofAnotherThread_comeInOrder_andEndTheLoop() {
      try (var threads = Executors.newFixedThreadPool(2)) {
        run(() -> {
          var got = new ArrayList<Integer>();
          try (var source = new SubmissionPublisher<Integer>(threads, 8);
              var items = Flows.iterate(source, 3)) {
            threads.execute(() -> {
              IntStream.range(0, 1000).forEach(source::submit);
              source.close();
            });
            for (var item : items) {
              got.add(item);
            }
          }
          assertThat(got).isEqualTo(IntStream.range(0, 1000).boxed().toList());
        });
      }
    }

    @Test
    void areAskedForAhead_andAgainWhenMostAreTaken() {
      run(() -> {
        try (var items = Flows.iterate(hand, 4)) {
          var iterator = items.iterator();
          assertThat(hand.asked).containsExactly(4L);
          hand.send("a", "b", "c", "d");
          iterator.next();
          iterator.next();
          assertThat(hand.asked).containsExactly(4L);
          iterator.next();
          assertThat(hand.asked).containsExactly(4L, 3L);
          assertThat(items).hasToString("<FlowItems items=1>");
        }
        try (var items = Flows.iterate(hand, 1)) {
          hand.send("a");
          items.iterator().next();
          assertThat(hand.asked).containsExactly(4L, 3L, 1L, 1L);
        }
        try (var items = Flows.iterate(hand)) {
          assertThat(hand.asked).endsWith(32L);
          assertThat(items.iterator()).isNotNull();
        }
      });
    }

    @Test
    void error_isThrownAfterWhatCameBefore_theVeryObject() {
      var error = new IOException("no");
      run(() -> {
        try (var items = Flows.iterate(hand)) {
          hand.send("a");
          hand.subscriber.onError(error);
          hand.subscriber.onComplete(); // has no effect
          var iterator = items.iterator();
          assertThat(iterator.next()).isEqualTo("a");
          assertThatThrownBy(iterator::hasNext).isSameAs(error);
          assertThatThrownBy(iterator::next).isSameAs(error);
        }
      });
    }

    @Test
    void moreThanAskedFor_endTheSubscription() {
      run(() -> {
        try (var items = Flows.iterate(hand, 2)) {
          hand.send("a", "b", "c", "d");
          assertThat(hand.cancelled).isTrue();
          var iterator = items.iterator();
          iterator.next();
          iterator.next();
          assertThatThrownBy(iterator::next)
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("the publisher sends more than it was asked for");
        }
      });
    }

    @Test
    void close_cancels_andEndsALoopThatWaits() {
      run(() -> {
        var items = Flows.iterate(hand);
        var waiting = createTask(() -> items.iterator().hasNext());
        sleep(0);
        assertThat(waiting.waitsFor()).hasToString("an item of Hand");
        items.close();
        items.close();
        assertThat(hand.cancelled).isTrue();
        assertThat(await(waiting)).isFalse();
        hand.send("late");
        assertThat(items.iterator().hasNext()).isFalse();
        assertThat(items).hasToString("<FlowItems items=0 closed>");
      });
    }

    @Test
    void subscriptionThatComesLate_orTwice_isCancelled() {
      run(() -> {
        var late = new ArrayList<Flow.Subscriber<? super String>>();
        var items = Flows.<String>iterate(late::add);
        late.getFirst().onSubscribe(hand);
        var second = new Hand();
        late.getFirst().onSubscribe(second);
        assertThat(second.cancelled).isTrue();
        assertThat(hand.cancelled).isFalse();
        items.close();

        var closed = Flows.<String>iterate(late::add);
        closed.close();
        var third = new Hand();
        late.getLast().onSubscribe(third);
        assertThat(third.cancelled).isTrue();
        assertThat(third.asked).isEmpty();
      });
    }

    @Test
    void cancelledWait_losesNothing() {
      run(() -> {
        try (var items = Flows.iterate(hand)) {
          var waiting = createTask(() -> items.iterator().next());
          sleep(0);
          hand.send("a");
          waiting.cancel();
          sleep(0);
          assertThat(waiting.cancelled()).isTrue();
          assertThat(items.iterator().next()).isEqualTo("a");
        }
      });
    }

    @Test
    void twoTasksThatWait_areOneTooMany() {
      run(() -> {
        try (var items = Flows.iterate(hand)) {
          var waiting = createTask(() -> items.iterator().next());
          sleep(0);
          assertThatThrownBy(() -> items.iterator().next())
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("another task waits here already; one at a time");
          hand.send("a");
          assertThat(await(waiting)).isEqualTo("a");
        }
      });
    }

    @Test
    void ofAnotherLoop_areRefused() {
      var items = run(() -> Flows.iterate(hand));
      run(() ->
          assertThatThrownBy(() -> items.iterator().hasNext())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith("these items belong to another loop"));
      items.close();
    }

    @Test
    void ofALoopThatIsClosed_areCancelled() {
      var items = run(() -> Flows.iterate(hand));
      assertThat(hand.cancelled).isFalse();
      hand.send("a");
      assertThat(hand.cancelled).isTrue();
      assertThat(items).hasToString("<FlowItems items=0 closed>");
    }

    @Test
    void demandThatFails_isAnErrorOfTheItems() {
      var error = new IllegalStateException("no");
      run(() -> {
        var broken =
            new Hand() {
              @Override
              public void request(long n) {
                throw error;
              }
            };
        try (var items = Flows.iterate(broken)) {
          assertThat(broken.cancelled).isTrue();
          assertThatThrownBy(() -> items.iterator().hasNext()).isSameAs(error);
        }
      });
    }

    @Test
    void bufferOfNone_isRefused() {
      run(() ->
          assertThatThrownBy(() -> Flows.iterate(hand, 0))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("buffer must be positive, not 0"));
      assertThatThrownBy(() -> Flows.iterate(hand)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Nested
  class Publisher {
    private final List<Object> log = new ArrayList<>();

    private void publishing(Iterable<?> items, Ear ear, Consumer<Ear> test) {
      run(() -> {
        Flow.Publisher<Object> publisher = Flows.publisher(items);
        publisher.subscribe(ear);
        sleep(0);
        sleep(0);
        test.accept(ear);
        for (int i = 0; i < 5; i++) { // until all that was begun has come to an end
          sleep(0);
        }
      });
    }

    private final Ear ear = run(Ear::new);

    @Test
    void sendsWhatItIsAskedFor_andThenItsEnd() {
      publishing(
          List.of(1, 2, 3),
          ear,
          _ -> {
            assertThat(ear.heard).containsExactly("subscribed");
            ear.subscription.request(2);
            sleep(0);
            sleep(0);
            assertThat(ear.heard).containsExactly("subscribed", 1, 2);
            ear.subscription.request(2);
            sleep(0);
            sleep(0);
            assertThat(ear.heard).containsExactly("subscribed", 1, 2, 3, "complete");
          });
    }

    @Test
    void ofNothing_completesWhenAsked() {
      publishing(List.of(), ear, _ -> ear.subscription.request(1));
      assertThat(ear.heard).containsExactly("subscribed", "complete");
    }

    @Test
    void errorOfTheSource_isTold_andTheIteratorClosed() {
      var error = new IllegalArgumentException("no");
      Iterable<Object> failing =
          () -> {
            throw error;
          };
      publishing(failing, ear, _ -> assertThat(ear.heard).containsExactly("subscribed", error));

      var other = run(Ear::new);
      publishing(
          new Closeable(Arrays.asList(1, null), log),
          other,
          _ -> {
            other.subscription.request(Long.MAX_VALUE);
            other.subscription.request(Long.MAX_VALUE);
          });
      assertThat(other.heard).hasSize(3).startsWith("subscribed", 1);
      assertThat((Throwable) other.heard.get(2))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("a publisher sends no null");
      assertThat(log).containsExactly("closed");
    }

    @Test
    void cancel_endsTheWaitOfTheSource_andClosesIt() {
      run(() -> {
        var queue = new Queue<Integer>();
        queue.put(1);
        Flows.publisher(new Closeable(queue, log)).subscribe(ear);
        sleep(0);
        sleep(0);
        ear.subscription.request(5);
        sleep(0);
        sleep(0);
        ear.subscription.cancel();
        ear.subscription.cancel();
        ear.subscription.request(1);
        ear.subscription.request(-1); // of which nobody is told any more
        sleep(0);
        sleep(0);
        sleep(0);
        assertThat(log).containsExactly("closed");
        assertThat(ear.heard).containsExactly("subscribed", 1);
        queue.put(2);
        sleep(0);
        assertThat(queue.qsize()).isOne();
      });
    }

    @Test
    void queue_nothingIsTakenFromIt_thatIsNotAskedFor() {
      run(() -> {
        var queue = new Queue<Integer>();
        queue.put(1);
        queue.put(2);
        Flows.publisher(queue).subscribe(ear);
        sleep(0);
        sleep(0);
        assertThat(queue.qsize()).isEqualTo(2);
        ear.subscription.request(1);
        sleep(0);
        sleep(0);
        ear.subscription.cancel();
        sleep(0);
        sleep(0);
        assertThat(ear.heard).containsExactly("subscribed", 1);
        assertThat(queue.qsize()).isOne();
      });
    }

    @Test
    void cancelWhileAnItemIsTold_isTheLastThatIsTold() {
      var once =
          run(() ->
              new Ear() {
                @Override
                public void onNext(Object item) {
                  super.onNext(item);
                  subscription.cancel();
                }
              });
      publishing(
          new Closeable(List.of(1, 2), log), once, _ -> once.subscription.request(Long.MAX_VALUE));
      assertThat(once.heard).containsExactly("subscribed", 1);
      assertThat(log).containsExactly("closed");
    }

    @Test
    void badDemand_isAnError_whereverTheTaskWaits() {
      publishing(List.of(1), ear, _ -> ear.subscription.request(0));
      assertThat((Throwable) ear.heard.getLast())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a subscriber must ask for a positive number, not 0");
      assertThat(ear.heard).hasSize(2);

      var other = run(Ear::new);
      publishing(new Queue<>(), other, _ -> other.subscription.request(-1));
      assertThat(other.heard.getLast()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void errorOfASubscriber_endsItsSubscription_andIsReported() {
      var error = new IllegalStateException("no");
      var broken =
          run(() ->
              new Ear() {
                @Override
                public void onNext(Object item) {
                  throw error;
                }
              });
      var reports = new ArrayList<ErrorContext>();
      run(() -> {
        getRunningLoop().setExceptionHandler((_, report) -> reports.add(report));
        Flows.publisher(new Closeable(List.of(1, 2), log)).subscribe(broken);
        sleep(0);
        sleep(0);
        broken.subscription.request(2);
        sleep(0);
        sleep(0);
      });
      assertThat(reports).singleElement().extracting(ErrorContext::exception).isSameAs(error);
      assertThat(broken.heard).containsExactly("subscribed");
      assertThat(log).containsExactly("closed");
    }

    @Test
    void eachSubscriber_hasAnIteratorOfItsOwn() {
      run(() -> {
        var publisher = Flows.publisher(List.of(1, 2));
        try (var one = Flows.iterate(publisher);
            var two = Flows.iterate(publisher, 1)) {
          for (var items : List.of(one, two)) {
            var got = new ArrayList<Integer>();
            items.forEach(got::add);
            assertThat(got).containsExactly(1, 2);
          }
        }
      });
    }

    @Test
    void demandInsideOfAnItem_goesNoDeeper() {
      var greedy =
          run(() ->
              new Ear() {
                @Override
                public void onSubscribe(Flow.Subscription given) {
                  super.onSubscribe(given);
                  given.request(1);
                }

                @Override
                public void onNext(Object item) {
                  subscription.request(1);
                }
              });
      run(() -> {
        Iterable<Integer> many = () -> IntStream.range(0, 100_000).iterator();
        Flows.publisher(many).subscribe(greedy);
        await(greedy.end);
      });
      assertThat(greedy.heard).containsExactly("subscribed", "complete");
    }

    @Test
    void onALoopThatIsClosed_saysSo() {
      var loop = newEventLoop();
      var publisher = Flows.publisher(loop, List.of(1));
      loop.close();
      publisher.subscribe(ear);
      assertThat((Throwable) ear.heard.getLast())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      assertThatThrownBy(() -> publisher.subscribe(null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("subscriber");
    }

    @Test
    void endOfTheLoop_isToldToSubscribers() {
      run(() -> {
        Flows.publisher(new Queue<>()).subscribe(ear);
        sleep(0);
        sleep(0);
      });
      assertThat(ear.heard).hasSize(2);
      assertThat(ear.heard.getLast()).isInstanceOf(jasyncio.CancelledError.class);
    }

    @Test
    void demandOfAnotherThread_wakesTheTask() {
      try (var thread = Executors.newSingleThreadExecutor()) {
        run(() -> {
          Flows.publisher(List.of(1, 2)).subscribe(ear);
          sleep(0);
          sleep(0);
          thread.execute(() -> ear.subscription.request(3));
          await(ear.end);
        });
      }
      assertThat(ear.heard).containsExactly("subscribed", 1, 2, "complete");
    }
  }
}
