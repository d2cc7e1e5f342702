package jasyncio.opentelemetry.program;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import jasyncio.Task;
import org.jspecify.annotations.Nullable;

/// What StorageChoiceTest runs in a JVM of its own; in a package that no module has.
public final class StorageProgram {
  private static final ContextKey<String> NAME = ContextKey.named("name");

  private StorageProgram() {}

  /// Says what it does before the storage that it is put around does it.
  private record Talking(String name, ContextStorage inner) implements ContextStorage {
    @Override
    public Scope attach(Context toAttach) {
      IO.println(name + " attaches");
      return inner.attach(toAttach);
    }

    @Override
    public @Nullable Context current() {
      return inner.current();
    }
  }

  public static void main(String[] args) throws InterruptedException {
    var wrappers = System.getProperty("wrappers");
    if (wrappers != null) {
      for (var name : wrappers.split(",", -1)) {
        ContextStorage.addWrapper(storage -> new Talking(name, storage));
      }
    }
    run(() -> {
      Task<Void> task;
      try (var _ = Context.current().with(NAME, "made").makeCurrent()) {
        task = createTask(() -> say("task"));
      }
      await(task);
      say("main");
    });
    if (System.getProperty("close") != null) {
      closeElsewhere();
    }
  }

  private static void say(String who) {
    sleep(0);
    var name = Context.current().get(NAME);
    IO.println(who + " sees: " + (name == null ? "nothing" : name));
  }

  @SuppressWarnings("MustBeClosedChecker") // it is closed, by another thread
  private static void closeElsewhere() throws InterruptedException {
    var scope = Context.current().with(NAME, "kept").makeCurrent();
    var other =
        Thread.ofPlatform()
            .name("other")
            .start(() -> {
              try {
                scope.close();
              } catch (IllegalStateException e) {
                IO.println("strict: " + e.getMessage());
              }
            });
    other.join();
  }
}
