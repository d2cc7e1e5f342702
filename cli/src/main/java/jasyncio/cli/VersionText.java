package jasyncio.cli;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import java.util.Locale;
import picocli.CommandLine.IVersionProvider;

/// What `jasyncio --version` prints.
final class VersionText implements IVersionProvider {
  private VersionText() {}

  @Override
  public String[] getVersion() {
    return new String[] {
      "jasyncio " + version(),
      "JDK " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
      "fibers: " + fibers()
    };
  }

  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version != null ? version : "development";
  }

  private static String fibers() {
    EventLoop loop = Asyncio.newEventLoop();
    try {
      return loop.fibers().name().toLowerCase(Locale.ROOT);
    } finally {
      loop.close();
    }
  }
}
