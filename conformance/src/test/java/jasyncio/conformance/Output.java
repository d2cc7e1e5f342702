package jasyncio.conformance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a scenario printed.
///
/// @param lines the trace
/// @param error the stack trace or the like of what went wrong with the scenario itself
record Output(List<String> lines, @Nullable String error) {
  static Output of(List<String> lines) {
    return new Output(lines, null);
  }

  /// {@return the trace}
  ///
  /// @throws AssertionError if the scenario itself failed
  List<String> linesOrFail(String side, String name) {
    if (error != null) {
      throw new AssertionError(
          side + " scenario " + name + " failed, after it printed " + lines + ":\n" + error);
    }
    return lines;
  }
}
