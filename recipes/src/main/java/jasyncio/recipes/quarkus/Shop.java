package jasyncio.recipes.quarkus;

import static jasyncio.Asyncio.*;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.BlockingPolicy;
import jasyncio.EventLoop;
import jasyncio.RunOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Beans of an application.
public final class Shop {
  private Shop() {}

  /// The loop, on a thread of its own.
  @Singleton
  public static class Loop {
    private final CompletableFuture<EventLoop> started = new CompletableFuture<>();
    private final CompletableFuture<Void> ending = new CompletableFuture<>();
    private final Thread thread;

    @Inject
    public Loop(RunOptions options) {
      thread =
          Thread.ofPlatform()
              .name("loop")
              .unstarted(() -> {
                try {
                  Asyncio.run(this::serve, options);
                } catch (RuntimeException e) { // such as a policy that this JVM does not allow
                  started.completeExceptionally(e);
                }
              });
    }

    public void start(@Observes Startup event) {
      thread.start();
      started.join();
    }

    /// Has a coroutine run by the loop. Any thread.
    public <T> CompletableFuture<T> submit(Awaitable<T, ?> work) {
      return runCoroutineThreadsafe(work, started.join());
    }

    /// The main coroutine: when it returns, what still runs is cancelled.
    private void serve() {
      started.complete(getRunningLoop());
      await(ending);
      var working = allTasks();
      working.remove(currentTask());
      if (!working.isEmpty()) {
        Asyncio.wait(working, 20);
      }
    }

    public void stop(@Observes Shutdown event) throws InterruptedException {
      ending.complete(null);
      thread.join();
    }
  }

  /// How the loop is run: from `@ConfigProperty`, in an application.
  @Dependent
  public static class Settings {
    @Produces
    public RunOptions options() {
      return RunOptions.defaults().blocking(BlockingPolicy.SWITCH);
    }
  }

  /// A bean that uses it.
  @Singleton
  public static class Orders {
    private final Loop loop;

    @Inject
    public Orders(Loop loop) {
      this.loop = loop;
    }

    public List<String> order() {
      return loop.submit(() -> await(gather(() -> order("tea"), () -> order("cake")))).join();
    }

    private static String order(String item) {
      sleep(0.01); // or JDBC, under SWITCH
      return item;
    }
  }
}
