package jasyncio.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// The browser of whoever sits in front of this machine.
final class Browser {
  private Browser() {}

  /// Has it open an address, which others can see among the arguments of the program that does it.
  ///
  /// @param command for whom, if it has to be said that it was not possible
  static void open(String command, String address) {
    try {
      new ProcessBuilder(opener(address))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      complain(command, e);
    }
  }

  static void complain(String command, IOException reason) {
    System.err.println(
        command
            + ": no browser could be opened ("
            + reason.getMessage()
            + "); open the address yourself");
  }

  private static List<String> opener(String address) {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return system.startsWith("windows")
        ? List.of("rundll32", "url.dll,FileProtocolHandler", address)
        : List.of(system.startsWith("mac") ? "open" : "xdg-open", address);
  }
}
