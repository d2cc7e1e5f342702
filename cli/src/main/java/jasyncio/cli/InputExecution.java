package jasyncio.cli;

import java.util.Map;
import jdk.jshell.spi.ExecutionControlProvider;
import org.jspecify.annotations.Nullable;

/// How JShell has inputs run, and what it does not tell of that.
interface InputExecution extends ExecutionControlProvider {
  /// What the last input threw, as an object; JShell only tells what it looks like. Once.
  @Nullable Throwable takeError();

  /// The classes that inputs have become, by binary name.
  Map<String, byte[]> classes();

  /// Whether no more inputs can be run.
  boolean hasEnded();

  @Override
  default String name() {
    return "jasyncio";
  }
}
