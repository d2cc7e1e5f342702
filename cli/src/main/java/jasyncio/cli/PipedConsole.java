package jasyncio.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Inputs from a pipe or a file: no prompts, no colours.
final class PipedConsole implements ReplConsole {
  private final BufferedReader in;
  private final Predicate<String> isIncomplete;

  PipedConsole(BufferedReader in, Predicate<String> isIncomplete) {
    this.in = in;
    this.isIncomplete = isIncomplete;
  }

  @Override
  public void greet(String text) {}

  @Override
  public @Nullable String read() {
    try {
      String line = in.readLine();
      if (line == null) {
        return null;
      }
      var input = new StringBuilder(line);
      while (isIncomplete.test(input.toString())) {
        line = in.readLine();
        if (line == null) {
          break;
        }
        input.append('\n').append(line);
      }
      return input.toString();
    } catch (IOException e) {
      return null; // as if it had been closed
    }
  }

  @Override
  public Colours colours() {
    return new Colours(false);
  }

  @Override
  public void onInterrupt(Runnable action) {}

  @Override
  public boolean leavesInterruptsToLoop() {
    return true;
  }

  @Override
  public void close() {}
}
