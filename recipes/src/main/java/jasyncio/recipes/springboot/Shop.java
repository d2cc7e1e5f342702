package jasyncio.recipes.springboot;

import static jasyncio.Asyncio.*;

import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.BlockingPolicy;
import jasyncio.EventLoop;
import jasyncio.RunOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// An application that serves until it is told to end.
@SpringBootApplication(proxyBeanMethods = false)
public class Shop {
  public static void main(String[] args) {
    SpringApplication.run(Shop.class, args);
  }

  /// The loop, on a thread of its own.
  @Component
  static final class Loop implements SmartLifecycle {
    private final BlockingPolicy policy;
    private final Duration grace;
    private final CompletableFuture<Void> ending = new CompletableFuture<>();
    private @Nullable Thread thread;
    private volatile @Nullable EventLoop loop; // while it takes work

    Loop(
        @Value("${loop.blocking:switch}") BlockingPolicy policy,
        @Value("${loop.grace:20s}") Duration grace) {
      this.policy = policy;
      this.grace = grace;
    }

    /// Has a coroutine run by the loop. Any thread.
    <T> CompletableFuture<T> submit(Awaitable<T, ?> work) {
      var running = loop;
      if (running == null) {
        throw new IllegalStateException("the loop does not run");
      }
      return runCoroutineThreadsafe(work, running);
    }

    /// Before the web server, and after it: requests find it there.
    @Override
    public int getPhase() {
      return 0;
    }

    @Override
    public void start() {
      var started = new CompletableFuture<EventLoop>();
      var options = RunOptions.defaults().blocking(policy);
      thread =
          Thread.ofPlatform()
              .name("loop")
              .start(() -> {
                try {
                  Asyncio.run(() -> serve(started), options);
                } catch (RuntimeException e) { // such as a policy that this JVM does not allow
                  started.completeExceptionally(e);
                }
              });
      loop = started.join();
    }

    /// The main coroutine: when it returns, what still runs is cancelled.
    private void serve(CompletableFuture<EventLoop> started) {
      started.complete(getRunningLoop());
      await(ending);
      var working = allTasks();
      working.remove(currentTask());
      if (!working.isEmpty()) {
        Asyncio.wait(working, grace);
      }
    }

    @Override
    public void stop() {
      loop = null;
      ending.complete(null);
      try {
        if (thread != null) {
          thread.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public boolean isRunning() {
      return loop != null;
    }
  }

  /// Up if the loop answers: one that something holds up does not.
  @Component
  static final class LoopHealth implements HealthIndicator {
    private final Loop loop;

    LoopHealth(Loop loop) {
      this.loop = loop;
    }

    @Override
    public Health health() {
      try {
        var statistics = loop.submit(() -> getRunningLoop().statistics()).get(1, TimeUnit.SECONDS);
        return Health.up().withDetail("tasks", statistics.tasks()).build();
      } catch (Exception e) {
        return Health.down(e).build();
      }
    }
  }

  /// What a controller, a listener or a scheduled method would do.
  @Component
  static final class Orders implements ApplicationRunner {
    private final Loop loop;

    Orders(Loop loop) {
      this.loop = loop;
    }

    @Override
    public void run(ApplicationArguments args) {
      IO.println(loop.submit(() -> await(gather(() -> order("tea"), () -> order("cake")))).join());
    }

    private static String order(String item) {
      sleep(0.01); // or JDBC, under SWITCH
      return item + " on " + getRunningLoop().fibers();
    }
  }
}
