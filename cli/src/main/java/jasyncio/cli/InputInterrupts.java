package jasyncio.cli;

import java.util.function.IntConsumer;

/// How Ctrl-C and the inputs of a REPL meet. One that comes while an input is compiled keeps it
/// from running; of those that come while it runs it is known how many they were. Any thread.
final class InputInterrupts {
  private boolean running; // an input, on the loop
  private boolean given; // an input, which may be compiled
  private boolean interrupted; // before it ran
  private int count; // while this input ran

  /// An input has come.
  synchronized void give() {
    given = true;
  }

  /// It is done, with all of its parts.
  synchronized void done() {
    given = false;
    interrupted = false;
  }

  /// @throws ReplLoop.Interrupted if the input was interrupted before it ran
  synchronized void check() throws ReplLoop.Interrupted {
    if (interrupted) {
      throw new ReplLoop.Interrupted();
    }
  }

  /// The input, or a part of it, runs from now on.
  synchronized void begin() {
    running = true;
    count = 0;
  }

  /// Both, with nothing in between.
  synchronized void beginUnlessInterrupted() throws ReplLoop.Interrupted {
    check();
    begin();
  }

  /// It has run. What comes from now on comes too late for it.
  ///
  /// @param cleanUp takes back what has come too late already
  /// @return how often it was interrupted
  synchronized int end(Runnable cleanUp) {
    running = false;
    cleanUp.run();
    return count;
  }

  /// How often the input that runs was interrupted.
  synchronized int count() {
    return count;
  }

  /// Ctrl-C was pressed.
  ///
  /// @param stop is given how often that was done to the input that runs, if one does; the input
  ///   does not end meanwhile
  synchronized void interrupt(IntConsumer stop) {
    if (running) {
      stop.accept(++count);
    }
    interrupted = given;
  }
}
