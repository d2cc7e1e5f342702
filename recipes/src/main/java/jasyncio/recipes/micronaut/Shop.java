package jasyncio.recipes.micronaut;

import static jasyncio.Asyncio.*;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Value;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.BlockingPolicy;
import jasyncio.EventLoop;
import jasyncio.RunOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// An application with a loop.
public final class Shop {
  private Shop() {}

  static void main() {
    try (var context = ApplicationContext.run()) { // with a server: Micronaut.run(Shop.class, args)
      IO.println(context.getBean(Orders.class).order());
    }
  }

  /// The loop, on a thread of its own, as long as there is the context.
  @Context
  static final class Loop {
    private final Duration grace;
    private final CompletableFuture<Void> ending = new CompletableFuture<>();
    private final Thread thread;
    private final EventLoop loop;

    Loop(
        @Value("${loop.blocking:SWITCH}") BlockingPolicy policy,
        @Value("${loop.grace:20s}") Duration grace) {
      this.grace = grace;
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

    /// Has a coroutine run by the loop. Any thread.
    <T> CompletableFuture<T> submit(Awaitable<T, ?> work) {
      return runCoroutineThreadsafe(work, loop);
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

    @PreDestroy
    void stop() throws InterruptedException {
      ending.complete(null);
      thread.join();
    }
  }

  /// A bean that uses it.
  @Singleton
  static final class Orders {
    private final Loop loop;

    Orders(Loop loop) {
      this.loop = loop;
    }

    String order() {
      return loop.submit(() -> await(gather(() -> order("tea"), () -> order("cake"))))
          .join()
          .toString();
    }

    private static String order(String item) {
      sleep(0.01); // or JDBC, under SWITCH
      return item;
    }
  }
}
