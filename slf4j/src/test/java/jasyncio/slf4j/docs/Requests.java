package jasyncio.slf4j.docs;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;

import jasyncio.slf4j.MdcContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// The example of the tutorial.
final class Requests {
  private static final Logger LOGGER = LoggerFactory.getLogger(Requests.class);

  private Requests() {}

  static void handle(String user) {
    MDC.put("user", user);
    LOGGER.info("begins");
    sleep(0.1); // others put theirs meanwhile
    toThread(() -> LOGGER.info("is on another thread"));
    LOGGER.info("ends");
  }

  static void main() {
    MdcContext.install();
    run(() -> await(gatherActions(() -> handle("alice"), () -> handle("bob"))));
  }
}
