package jasyncio.recipes.micronaut;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.micronaut.context.ApplicationContext;
import jasyncio.EventLoop;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import jasyncio.recipes.micronaut.Shop.Loop;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

@Recipe(
    name = "Micronaut",
    program = Shop.class,
    libraries = ApplicationContext.class,
    notes = "the loop is a bean; tested is the context, without its server of HTTP")
class ShopTest {
  private static ApplicationContext start(Mode mode) {
    return ApplicationContext.run(Map.of("loop.blocking", mode.name(), "loop.grace", "1ms"));
  }

  @Test
  void main_printsWhatWasOrdered() throws Exception {
    assertThat(Output.of(Shop::main)).containsExactly("[tea, cake]");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void work_thatWaits_othersRun(Mode mode) {
    try (var context = start(mode)) {
      var loop = context.getBean(Loop.class);
      var latch = new CountDownLatch(1);
      var waits =
          loop.submit(() -> {
            mode.call(() -> latch.await());
            return "done";
          });
      loop.submit(
              () -> {
                latch.countDown();
                return true;
              })
          .join();
      assertThat(waits.join()).isEqualTo("done");
    }
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value = "as the context ends: what takes longer than its grace is cancelled, and cleans up")
  void close_withWorkThatTakesTooLong_cancelsIt(Mode mode) {
    var cleaned = new CompletableFuture<EventLoop>();
    Loop loop;
    try (var context = start(mode)) {
      loop = context.getBean(Loop.class);
      var begun = new CompletableFuture<Void>();
      var work =
          loop.submit(() -> {
            begun.complete(null);
            try {
              sleep(3600);
            } finally {
              cleaned.complete(getRunningLoop());
            }
            return true;
          });
      begun.join();
      assertThat(work).isNotDone();
    }
    assertThat(cleaned.join().isClosed()).isTrue();
    assertThatIllegalStateException().isThrownBy(() -> loop.submit(() -> true));
  }
}
