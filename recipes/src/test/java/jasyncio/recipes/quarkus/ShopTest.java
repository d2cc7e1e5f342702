package jasyncio.recipes.quarkus;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quarkus.arc.ArcContainer;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jasyncio.BlockingPolicy;
import jasyncio.EventLoop;
import jasyncio.RunOptions;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import jasyncio.recipes.quarkus.Shop.Loop;
import jasyncio.recipes.quarkus.Shop.Orders;
import jasyncio.recipes.quarkus.Shop.Settings;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.io.TempDir;

@Recipe(
    name = "Quarkus",
    program = Shop.class,
    libraries = ArcContainer.class,
    notes =
        "the loop is a bean; tested are the beans in Quarkus' container, without its build and its servers")
class ShopTest {
  /// The other policy.
  @Dependent
  public static class BlockSettings {
    @Produces
    public RunOptions options() {
      return RunOptions.defaults().blocking(BlockingPolicy.BLOCK);
    }
  }

  @TempDir Path folder;

  private Beans start(Mode mode) throws Exception {
    var settings = mode == Mode.BLOCK ? BlockSettings.class : Settings.class;
    return new Beans(folder, Loop.class, Orders.class, settings);
  }

  @EachMode
  void order_isMadeByTheLoop(Mode mode) throws Exception {
    try (var beans = start(mode)) {
      assertThat(beans.get(Orders.class).order()).containsExactly("tea", "cake");
    }
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void work_thatWaits_othersRun(Mode mode) throws Exception {
    try (var beans = start(mode)) {
      var loop = beans.get(Loop.class);
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
      value =
          "who cancels the future cancels the coroutine; the end of the application waits for the rest")
  void close_waitsForWorkThatCleansUp(Mode mode) throws Exception {
    var cleaned = new CompletableFuture<EventLoop>();
    CompletableFuture<Boolean> work;
    try (var beans = start(mode)) {
      var begun = new CompletableFuture<Void>();
      work =
          beans
              .get(Loop.class)
              .submit(() -> {
                begun.complete(null);
                try {
                  sleep(3600);
                } finally {
                  cleaned.complete(getRunningLoop());
                }
                return true;
              });
      begun.join();
      work.cancel(true);
    }
    assertThat(cleaned.join().isClosed()).isTrue();
    assertThatExceptionOfType(CancellationException.class).isThrownBy(work::join);
  }
}
