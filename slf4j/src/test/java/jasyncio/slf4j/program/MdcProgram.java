package jasyncio.slf4j.program;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;

import jasyncio.slf4j.MdcContext;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// What InstallTest runs in a JVM of its own; in a package that no module has.
///
/// Its arguments are done one after the other.
public final class MdcProgram {
  private MdcProgram() {}

  public static void main(String[] args) {
    for (var step : args) {
      switch (step) {
        case "use" -> {
          MDC.put("user", "early");
          LoggerFactory.getLogger(MdcProgram.class).info("early");
          MDC.clear();
        }
        case "put" -> MDC.put("user", "kept");
        case "install" -> {
          try {
            MdcContext.install();
          } catch (IllegalStateException e) {
            IO.println("refused: " + e.getMessage());
          }
        }
        case "tell" ->
            IO.println(
                "installed: "
                    + MdcContext.isInstalled()
                    + ", property: "
                    + System.getProperty("slf4j.provider"));
        case "log" -> LoggerFactory.getLogger(MdcProgram.class).info("main");
        case "tasks" -> run(() -> await(gatherActions(() -> task("alice"), () -> task("bob"))));
        case "stacks" -> run(() -> await(gatherActions(() -> stack("a"), () -> stack("b"))));
        default -> throw new IllegalArgumentException(step);
      }
    }
  }

  private static void task(String user) {
    MDC.put("user", user);
    sleep(0);
    LoggerFactory.getLogger(MdcProgram.class).info("task of {}", user);
  }

  private static void stack(String name) {
    MDC.pushByKey("user", name + 1);
    MDC.pushByKey("user", name + 2);
    sleep(0);
    LoggerFactory.getLogger(MdcProgram.class).info("two of {}", name);
    IO.println(MDC.getMDCAdapter().getCopyOfDequeByKey("user"));
    IO.println(MDC.popByKey("user"));
    LoggerFactory.getLogger(MdcProgram.class).info("one of {}", name);
    MDC.getMDCAdapter().clearDequeByKey("user");
  }
}
