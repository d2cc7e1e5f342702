package jasyncio.recipes.logging;

import static jasyncio.Asyncio.*;

import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import jasyncio.slf4j.MdcContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// Requests, whose lines in the log say whose they are.
public final class Requests {
  private static final Logger LOGGER = LoggerFactory.getLogger(Requests.class);

  /// What a request does.
  public interface Work {
    void run() throws Exception;
  }

  private Requests() {}

  /// Nothing in it knows of a loop.
  public static void handle(String user, Work work) throws Exception {
    MDC.put("user", user);
    LOGGER.info("begins");
    try {
      work.run();
    } finally {
      LOGGER.info("ends");
    }
  }

  static void main() {
    MdcContext.install();
    run(
        () ->
            await(
                gatherActions(
                    () -> handle("alice", () -> Thread.sleep(20)), // blocks, and bob's runs
                    () -> handle("bob", () -> toThread(() -> LOGGER.info("is in a thread"))))),
        RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
  }
}
