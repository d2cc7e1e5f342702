package jasyncio.inspect;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What the program allows those who visit it: the property `jasyncio.insight`, some of these with
/// commas between: `socket` or `socket:PATH`, `control`, and `repl`.
///
/// @param socket whether a socket is open for visitors
/// @param path where; `null` for a directory of the user's, where the commands look for it
/// @param control whether visitors may change what the program does
/// @param repl whether visitors may run code of theirs in the program
record InsightOptions(boolean socket, @Nullable Path path, boolean control, boolean repl) {
  private static final String PROPERTY = "jasyncio.insight";
  private static final String SOCKET = "socket";
  private static final String CONTROL = "control";
  private static final String REPL = "repl";

  /// What the property says.
  ///
  /// @throws IllegalArgumentException if that is none of it
  static InsightOptions fromProperty() {
    return parse(System.getProperty(PROPERTY, ""));
  }

  static InsightOptions parse(String text) {
    boolean socket = false;
    boolean control = false;
    boolean repl = false;
    Path path = null;
    for (var word : text.split(",", -1)) {
      var option = word.strip();
      if (option.equals(CONTROL)) {
        control = true;
      } else if (option.equals(REPL)) {
        repl = true;
      } else if (option.equals(SOCKET)) {
        socket = true;
      } else if (option.startsWith(SOCKET + ":") && option.length() > SOCKET.length() + 1) {
        socket = true;
        path = Path.of(option.substring(SOCKET.length() + 1));
      } else if (!option.isEmpty()) {
        throw new IllegalArgumentException(
            PROPERTY
                + " is '"
                + text
                + "'; it takes socket or socket:PATH, control, and repl, with commas between");
      }
    }
    return new InsightOptions(socket, path, control, repl);
  }
}
