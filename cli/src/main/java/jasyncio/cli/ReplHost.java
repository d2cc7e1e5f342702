package jasyncio.cli;

import java.util.concurrent.TimeoutException;

/// Where the inputs of a REPL run: a loop of this JVM, or of another program.
///
/// One thread is in [#serve()], another gives the inputs.
interface ReplHost extends AutoCloseable {
  /// Serves until the end.
  ///
  /// @return the exit status
  int serve();

  /// How inputs are run; takes a while to be made.
  ///
  /// @param limit after so many characters values are cut
  InputExecution execution(int limit);

  /// What to say at the beginning of where inputs run.
  String greeting();

  /// What to say of that in the help.
  String help();

  /// Interrupts the input that runs, if one does. Any thread.
  void interrupt();

  /// What is known of interrupts of the input that there is.
  InputInterrupts interrupts();

  /// An input has come, and will be run in one or several parts.
  default void beginInput() {
    interrupts().give();
  }

  /// It is done.
  default void endInput() {
    interrupts().done();
  }

  /// Whether it takes no more inputs. Any thread.
  boolean hasEnded();

  /// What the tasks do, with the names that JShell has.
  ///
  /// @param filter which of them
  /// @throws TimeoutException if the loop does not answer
  String tasks(TaskFilter filter) throws Exception;

  /// Ends with an exit status, as soon as no input runs. Any thread.
  void end(int code);

  /// Lets go of everything, after [#serve()].
  @Override
  void close();
}
