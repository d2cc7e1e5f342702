package jasyncio.recipes.springboot;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import jasyncio.EventLoop;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import jasyncio.recipes.springboot.Shop.Loop;
import jasyncio.recipes.springboot.Shop.LoopHealth;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;

@Recipe(
    name = "Spring Boot",
    program = Shop.class,
    libraries = SpringApplication.class,
    notes = "the loop is a bean with a lifecycle; `Add-Opens` in the manifest of the fat jar")
class ShopTest {
  private static final String ORDERS = "[tea on SCHEDULED, cake on SCHEDULED]";

  /// Starts the application; what it prints is not for the test's output.
  private static ConfigurableApplicationContext start(Mode mode, String... settings)
      throws Exception {
    var properties = new HashMap<String, Object>(Map.of("loop.blocking", mode.name()));
    for (var setting : settings) {
      var parts = setting.split("=", 2);
      properties.put(parts[0], parts[1]);
    }
    var application = new SpringApplication(Shop.class);
    application.setDefaultProperties(properties);
    var context = new CompletableFuture<ConfigurableApplicationContext>();
    assertThat(Output.of(() -> context.complete(application.run()))).contains(ORDERS);
    return context.join();
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void work_thatWaits_othersRun(Mode mode) throws Exception {
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
  @Shows(in = Column.BLOCK, value = "shuts down gracefully")
  @Shows(in = Column.SWITCH, value = "shuts down gracefully")
  void close_waitsForWorkThatRuns_andTakesNoMore(Mode mode) throws Exception {
    var context = start(mode);
    var loop = context.getBean(Loop.class);
    var health = context.getBean(LoopHealth.class);
    var work =
        loop.submit(() -> {
          mode.until(() -> !loop.isRunning()); // that is, until it is told to end
          return "served";
        });
    context.close();
    assertThat(work).isCompletedWithValue("served");
    assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
    assertThatIllegalStateException().isThrownBy(() -> loop.submit(() -> true));
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "as the application ends: what takes longer than its grace is cancelled, and cleans up")
  void close_withWorkThatTakesTooLong_cancelsIt(Mode mode) throws Exception {
    var cleaned = new CompletableFuture<EventLoop>();
    try (var context = start(mode, "loop.grace=1ms")) {
      var begun = new CompletableFuture<Void>();
      var work =
          context
              .getBean(Loop.class)
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
      assertThat(work).isNotDone();
    }
    assertThat(cleaned).isDone();
    assertThat(cleaned.join().isClosed()).isTrue();
  }

  @EachMode
  void health_isUp_withTheNumberOfTasks(Mode mode) throws Exception {
    try (var context = start(mode)) {
      var health = context.getBean(LoopHealth.class).health();
      assertThat(health.getStatus()).isEqualTo(Status.UP);
      assertThat(health.getDetails()).containsKey("tasks");
    }
  }

  @Test
  @Shows(in = Column.SWITCH, value = "runs in the fat jar, too")
  void fatJar_opensWhatTheLoopNeeds_byItsManifest(@TempDir Path folder) throws Exception {
    var jar = FatJar.make(folder, Shop.class, Map.of("Add-Opens", "java.base/java.lang"));
    var java = Path.of(System.getProperty("java.home"), "bin", "java");
    var process =
        new ProcessBuilder(java.toString(), "-XX:TieredStopAtLevel=1", "-jar", jar.toString())
            .redirectErrorStream(true)
            .start();
    try {
      var lines = process.inputReader().lines();
      assertThat(lines.filter(line -> line.startsWith("[tea")).findFirst()).contains(ORDERS);
    } finally {
      process.destroy(); // it serves until it is told to end
    }
    process.waitFor();
  }
}
