package jasyncio.testkit;

import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Keeps out of the printed log what is remarked on in nearly every run: slow steps, which depend
/// on how busy the machine is, and children that a test kills by closing them. Tests that are about
/// these messages capture the log, and still see them.
public final class QuietDebugMode implements BeforeAllCallback {
  private static boolean installed;

  /// Creates the extension that JUnit registers by itself.
  public QuietDebugMode() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    install();
  }

  private static synchronized void install() {
    if (!installed) {
      installed = true;
      for (var handler : Logger.getLogger("").getHandlers()) {
        handler.setFilter(entry -> !isARemark(entry));
      }
    }
  }

  private static boolean isARemark(LogRecord entry) {
    var text = entry.getMessage();
    return text != null
        && ((text.startsWith("Executing ") && text.contains(" seconds"))
            || text.contains(" up the event loop")
            || text.startsWith("Close running child process"));
  }
}
