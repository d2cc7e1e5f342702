package jasyncio.recipes;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;

import jasyncio.Task;

/// Another task, which counts its turns: those that a call leaves to others while it lasts.
public final class Turns implements AutoCloseable {
  private int count;
  private final Task<Void> task;

  private Turns() {
    task =
        createTask(() -> {
          while (true) {
            count++;
            sleep(0);
          }
        });
  }

  /// Begins to count, in a task of the running loop. Suspends until it has begun.
  public static Turns begin() {
    var turns = new Turns();
    while (turns.count == 0) {
      sleep(0);
    }
    return turns;
  }

  /// How many there were.
  public int count() {
    return count;
  }

  @Override
  public void close() {
    task.cancel();
  }
}
