package jasyncio.cli;

/// The entry point of the `jasyncio` command.
public final class Main {
  private Main() {}

  /// Runs the command and, unless it succeeded, ends the JVM with its exit status.
  ///
  /// After a success the JVM lives on until the program's last non-daemon thread ends, as it does
  /// under the `java` command. What the program's `main` throws leaves this method as it is, so
  /// that the JVM reports it like any other uncaught exception; but [jasyncio.SystemExit] ends the
  /// JVM with its status, and [jasyncio.KeyboardInterrupt] with 130.
  ///
  /// @param args the command line
  /// @throws Throwable if the program that was run threw it
  public static void main(String[] args) throws Throwable {
    int status = execute(args);
    if (status != ExitStatus.OK) {
      System.exit(status);
    }
  }

  /// Runs the command and returns its exit status.
  static int execute(String[] args) throws Throwable {
    try {
      RunRequest plain = RunRequest.parsePlain(args);
      return plain != null ? plain.execute() : JasyncioCommand.execute(args);
    } catch (CommandException e) {
      System.err.println(e.getMessage());
      return e.status();
    }
  }
}
