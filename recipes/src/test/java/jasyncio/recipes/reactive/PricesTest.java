package jasyncio.recipes.reactive;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.processors.UnicastProcessor;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.SingleSubject;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.generator.Generators;
import jasyncio.queue.Queue;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

@Recipe(
    name = "Reactor, RxJava",
    program = Prices.class,
    libraries = {Flux.class, Flowable.class},
    notes = "by `jasyncio.util.Flows`, with back-pressure both ways")
class PricesTest {
  @Test
  void main_printsPrices() throws Exception {
    assertThat(Output.of(Prices::main)).containsExactly("700", "500", "1400", "3");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "loops over streams suspend, without `toThread`")
  @Shows(in = Column.SWITCH, value = "loops over streams suspend")
  void sum_waitsForAnItem_othersRun(Mode mode) {
    var flux = Sinks.many().unicast().<Integer>onBackpressureBuffer();
    var flowable = UnicastProcessor.<Integer>create();
    mode.run(() -> {
      var reactor = createTask(() -> Prices.sum(flux.asFlux()));
      var rx = createTask(() -> Prices.sum(flowable));
      for (int price = 1; price <= 100; price++) { // more than is asked for at a time
        flux.tryEmitNext(price).orThrow();
        flowable.onNext(price);
      }
      sleep(0);
      assertThat(reactor.done()).isFalse();
      flux.tryEmitComplete().orThrow();
      flowable.onComplete();
      assertThat(await(gather(reactor, rx))).containsExactly(5050, 5050);
    });
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "`block()` overlaps")
  @Shows(in = Column.SWITCH, value = "`block()` overlaps")
  void block_waits_othersRun(Mode mode) {
    var mono = Sinks.<Integer>one();
    var single = SingleSubject.<Integer>create();
    mode.run(() -> {
      var reactor = createTask(() -> mode.call(() -> mono.asMono().block()));
      var rx = createTask(() -> mode.call(() -> single.blockingGet()));
      while (mono.currentSubscriberCount() == 0 || !single.hasObservers()) {
        sleep(0.001);
      }
      mono.tryEmitValue(1).orThrow();
      single.onSuccess(2);
      assertThat(await(gather(reactor, rx))).containsExactly(1, 2);
    });
  }

  @EachMode
  void publisher_isFedByATask_onTheLoop(Mode mode) {
    mode.run(() -> {
      var loop = getRunningLoop();
      var prices = new Queue<Integer>();
      var elsewhere = reactor.core.scheduler.Schedulers.boundedElastic();
      var flux = Prices.flux(loop, prices).publishOn(elsewhere).map(price -> price * 2);
      var first = createTask(() -> await(flux.take(2).collectList().toFuture()));
      sleep(0);
      prices.put(1);
      prices.put(2);
      assertThat(await(first)).containsExactly(2, 4);

      var others = new Queue<Integer>();
      var flowable = Prices.flowable(loop, others).observeOn(Schedulers.io()).map(price -> -price);
      var next = createTask(() -> await(flowable.firstOrError().toCompletionStage()));
      sleep(0);
      others.put(3);
      assertThat(await(next)).isEqualTo(-3);
    });
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value = "a loop over a stream ends its subscription, and `await(mono.toFuture())` too")
  void tasks_thatAreCancelled_endTheirSubscriptions(Mode mode) {
    mode.run(() -> {
      var streamGone = new CompletableFuture<Void>();
      var monoGone = new CompletableFuture<Void>();
      var loop = createTask(() -> Prices.sum(waiting(streamGone)));
      var one = createTask(() -> Prices.price(waiting(monoGone).next()));
      sleep(0);
      cancelled(loop);
      cancelled(one);
      await(streamGone);
      await(monoGone);
    });
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "`block()`: `BLOCK`: the task ends, the call goes on; `SWITCH`: its subscription ends")
  void block_cancelledWhileItWaits_endsAtOnce(Mode mode) {
    var gone = new CompletableFuture<Void>();
    var begun = new CompletableFuture<Void>();
    var mono = Sinks.<Integer>one();
    mode.run(() -> {
      var flux = mono.asMono().doOnSubscribe(_ -> begun.complete(null));
      var block =
          createTask(() -> mode.call(() -> flux.doOnCancel(() -> gone.complete(null)).block()));
      await(begun);
      cancelled(block);
      if (mode == Mode.SWITCH) {
        await(gone);
      }
      mono.tryEmitValue(1);
    });
    assertThat(gone.isDone()).isEqualTo(mode == Mode.SWITCH);
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value = "who disposes of a subscription cancels the task that feeds it")
  void subscribers_thatCancel_endTheTask(Mode mode) {
    mode.run(() -> {
      var loop = getRunningLoop();
      var closed = loop.<String>createFuture();
      var prices =
          Generators.<Integer>asyncGenerator(yielder -> {
            try {
              yielder.yield(1);
              sleep(3600);
            } finally {
              closed.setResult("closed");
            }
          });
      assertThat(Prices.price(Prices.flux(loop, prices).next())).isEqualTo(1);
      assertThat(await(closed)).isEqualTo("closed");

      var gone = new CompletableFuture<Void>();
      var begun = new CompletableFuture<Void>();
      var sum = Prices.mono(loop, waiting(gone).doOnSubscribe(_ -> begun.complete(null)));
      var subscription = sum.subscribe();
      await(begun);
      subscription.dispose();
      await(gone);
    });
  }

  private static Flux<Integer> waiting(CompletableFuture<Void> gone) {
    return Flux.<Integer>never().doOnCancel(() -> gone.complete(null));
  }

  private static void cancelled(Task<?> task) {
    task.cancel();
    assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(task));
  }
}
