package jasyncio.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Logs;
import java.lang.System.Logger.Level;
import org.junit.jupiter.api.Test;

class LogTest {
  private static String fails() {
    throw new StackOverflowError("text");
  }

  @Test
  void log_whateverFails_isLostAlone() {
    var unprintable =
        new Object() {
          @Override
          public String toString() {
            throw new AssertionError("toString");
          }
        };
    try (var logs = Logs.capture()) {
      Log.log(Level.WARNING, LogTest::fails);
      Log.log(Level.WARNING, LogTest::fails, new Exception());
      Log.log(Level.WARNING, "{0} is lost", unprintable);
      Log.log(Level.WARNING, "{0} is there", 1);
      assertThat(logs.lines()).contains("WARNING 1 is there");
    }
  }
}
