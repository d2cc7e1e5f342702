package jasyncio;

import java.util.Arrays;
import java.util.stream.Stream;

/// Whether somebody may look at this JVM with a debugger, who may hold single threads.
final class Debuggers {
  private static final boolean POSSIBLE = isPossible();

  private Debuggers() {}

  /// Whether a thread that does not move may stand at a breakpoint. Slow when first asked.
  static boolean mayHoldThreads() {
    return POSSIBLE;
  }

  private static boolean isPossible() {
    var arguments = ProcessHandle.current().info().arguments().stream().flatMap(Arrays::stream);
    var variables = Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS").map(System::getenv);
    return Stream.concat(arguments, variables)
        .anyMatch(text ->
            text != null && (text.contains("-agentlib:jdwp") || text.contains("-Xrunjdwp")));
  }
}
