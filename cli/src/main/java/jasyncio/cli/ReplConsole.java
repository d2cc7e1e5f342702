package jasyncio.cli;

import org.jspecify.annotations.Nullable;

/// Where a REPL's inputs come from, and where its output goes.
interface ReplConsole extends AutoCloseable {
  /// Says hello, if there is somebody to say it to.
  void greet(String text);

  /// Reads an input, which is whole unless it is the last one.
  ///
  /// @return the input, or null at the end
  @Nullable String read();

  Colours colours();

  /// Has Ctrl-C do something, while nothing is typed.
  void onInterrupt(Runnable action);

  /// Whether Ctrl-C comes as a signal to the loop, for want of anybody else.
  boolean leavesInterruptsToLoop();

  /// Leaves everything as it was found.
  @Override
  void close();
}
