package jasyncio.recipes.structured;

import static jasyncio.Asyncio.*;

import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;
import java.util.concurrent.StructuredTaskScope.Subtask;

/// Offers of several shops.
public final class Offers {
  private Offers() {}

  /// Asks all shops at the same time, each on a virtual thread, and waits for all answers. Nothing
  /// in it knows of a loop.
  public static int cheapest(List<Callable<Integer>> shops) throws InterruptedException {
    try (var scope = StructuredTaskScope.open(Joiner.<Integer>allSuccessfulOrThrow())) {
      shops.forEach(scope::fork);
      return scope.join().map(Subtask::get).min(Integer::compare).orElseThrow();
    }
  }

  private static int ask(int price) throws InterruptedException {
    Thread.sleep(20); // a call that blocks; where the scope is, it cannot be an await
    return price;
  }

  static void main() throws Exception {
    run(
        () -> {
          var tea = createTask(() -> cheapest(List.of(() -> ask(300), () -> ask(250))));
          var cake = createTask(() -> cheapest(List.of(() -> ask(400), () -> ask(450))));
          IO.println(await(tea) + await(cake));
        },
        RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
  }
}
