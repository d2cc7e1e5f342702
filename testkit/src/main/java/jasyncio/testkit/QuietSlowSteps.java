package jasyncio.testkit;

import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Keeps out of the printed log what debug mode says of slow steps: which ones are slow depends on
/// how busy the machine is. Tests that are about these messages capture the log, and still see
/// them.
public final class QuietSlowSteps implements BeforeAllCallback {
  private static boolean installed;

  /// Creates the extension that JUnit registers by itself.
  public QuietSlowSteps() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    install();
  }

  private static synchronized void install() {
    if (!installed) {
      installed = true;
      for (var handler : Logger.getLogger("").getHandlers()) {
        handler.setFilter(entry -> !isOfASlowStep(entry));
      }
    }
  }

  private static boolean isOfASlowStep(LogRecord entry) {
    var text = entry.getMessage();
    return text != null && text.startsWith("Executing ") && text.contains(" seconds");
  }
}
