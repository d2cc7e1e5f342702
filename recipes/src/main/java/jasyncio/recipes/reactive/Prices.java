package jasyncio.recipes.reactive;

import static jasyncio.Asyncio.*;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import jasyncio.EventLoop;
import jasyncio.util.Flows;
import java.util.List;
import java.util.concurrent.Flow;
import org.reactivestreams.FlowAdapters;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Prices, from reactive streams and to them.
public final class Prices {
  private Prices() {}

  /// A loop over a stream: it suspends until there is an item, and asks for no more than it can
  /// use.
  public static int sum(Flow.Publisher<Integer> prices) {
    int sum = 0;
    try (var items = Flows.iterate(prices)) {
      for (var price : items) {
        sum += price;
      }
    }
    return sum;
  }

  public static int sum(Flux<Integer> prices) {
    return sum(JdkFlowAdapter.publisherToFlowPublisher(prices));
  }

  public static int sum(Flowable<Integer> prices) {
    return sum(FlowAdapters.toFlowPublisher(prices));
  }

  /// A single value is a future.
  public static int price(Mono<Integer> price) {
    return await(price.toFuture());
  }

  public static int price(Single<Integer> price) {
    return await(price.toCompletionStage());
  }

  /// The other way: what a loop over `prices` gives, such as a queue or a generator. It is taken on
  /// the loop, when the subscriber asks for it.
  public static Flux<Integer> flux(EventLoop loop, Iterable<Integer> prices) {
    return JdkFlowAdapter.flowPublisherToFlux(Flows.publisher(loop, prices));
  }

  public static Flowable<Integer> flowable(EventLoop loop, Iterable<Integer> prices) {
    return Flowable.fromPublisher(FlowAdapters.toPublisher(Flows.publisher(loop, prices)));
  }

  /// A coroutine for each subscriber; who disposes of it cancels the task.
  public static Mono<Integer> mono(EventLoop loop, Flux<Integer> prices) {
    return Mono.fromFuture(() -> runCoroutineThreadsafe(() -> sum(prices), loop));
  }

  static void main() {
    run(() -> {
      IO.println(sum(Flux.just(300, 400)));
      IO.println(price(Single.just(500)));
      var loop = getRunningLoop();
      IO.println(sum(flux(loop, List.of(300, 400)).map(price -> price * 2)));
      IO.println(price(mono(loop, Flux.just(1, 2))));
    });
  }
}
