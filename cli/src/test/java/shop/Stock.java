package shop;

import static jasyncio.Asyncio.*;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/// A program with a package of its own, which is visited at a prompt.
public final class Stock {
  /// How many there are.
  public static int apples = 3;

  /// What blocks whoever joins it until a line is typed.
  public static final CompletableFuture<String> LINE = new CompletableFuture<>();

  private static final CompletableFuture<String> END = new CompletableFuture<>();

  /// Some stock.
  public Stock() {}

  /// Runs until the standard input ends, or [#end()] is called.
  ///
  /// @param arguments `one` or `two`: the number of loops
  public static void main(String[] arguments) throws IOException {
    if (arguments[0].equals("two")) {
      var second = new CompletableFuture<String>();
      Thread.ofPlatform().daemon().start(() -> run(() -> serve(() -> second.complete("runs"))));
      second.join();
    }
    Thread.ofPlatform().daemon().start(Stock::read);
    run(() -> serve(() -> System.out.println("ready")));
    LINE.join();
  }

  private static void serve(Runnable ready) {
    ready.run();
    await(wrapFuture(END));
  }

  private static void read() {
    try {
      System.in.read();
      LINE.complete("typed");
      while (System.in.read() >= 0) {}
    } catch (IOException e) {
      return; // the test is over
    } finally {
      Runtime.getRuntime().halt(0);
    }
  }

  /// Ends the loops.
  public static void end() {
    END.complete("asked for");
  }

  /// Waits, and counts.
  ///
  /// @return how many apples there are
  public static int count() {
    return sleep(0.001, apples);
  }

  /// Fails if there are not so many.
  ///
  /// @param many how many
  public static void sell(int many) {
    if (many <= apples) {
      apples -= many;
      return;
    }
    throw new IllegalStateException("sold out", new IllegalArgumentException("winter"));
  }

  /// Prints where the program does.
  public static void print() {
    System.out.println("by the program");
  }
}
