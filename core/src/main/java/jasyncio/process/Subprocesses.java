package jasyncio.process;

import jasyncio.EventLoop;
import jasyncio.internal.face.Current;
import jasyncio.internal.process.Command;
import jasyncio.internal.process.Launcher;
import jasyncio.internal.process.ProgramFinder;
import jasyncio.net.Connection;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Starts child processes on the running loop.
///
/// Called in a coroutine; all methods suspend until the child runs and its pipes are connected.
/// **Cancellation** before that kills the child and waits for its end. A program that is not there
/// is a [java.nio.file.NoSuchFileException], one that may not be executed a
/// [java.nio.file.AccessDeniedException], both thrown by the call.
///
/// On Linux, with native access allowed (`--enable-native-access=ALL-UNNAMED`, or `=jasyncio` on
/// the module path), children are started by `posix_spawn`; elsewhere by the JDK's
/// [ProcessBuilder], which cannot tell a signal that somebody else sent from an exit code of 128 +
/// N, and makes no sessions and process groups.
public final class Subprocesses {
  /// What starts children if it is not the best one. Only tests set it.
  static @Nullable Launcher launcher;

  private Subprocesses() {}

  // ---- processes with streams -------------------------------------------------------------------

  /// Starts a program that shares this program's streams.
  ///
  /// @param program its name, looked for in the folders of `PATH`, or its path
  /// @param arguments its arguments
  /// @return the process
  /// @throws IOException if it cannot be started
  /// @throws IllegalArgumentException if an argument has a null character in it
  public static Process createSubprocessExec(String program, String... arguments)
      throws IOException {
    return createSubprocessExec(ProcessOptions.defaults(), program, arguments);
  }

  /// Starts a program.
  ///
  /// @param options its streams, directory, environment
  /// @param program its name, looked for in the folders of `PATH`, or its path
  /// @param arguments its arguments
  /// @return the process
  /// @throws IOException if it cannot be started
  /// @throws UnsupportedOperationException if this platform cannot do what the options ask for
  /// @throws IllegalArgumentException if an argument has a null character in it
  public static Process createSubprocessExec(
      ProcessOptions options, String program, String... arguments) throws IOException {
    return process(options, commandLine(program, arguments));
  }

  /// Has the shell run a command that shares this program's streams.
  ///
  /// @param command the command line, for `/bin/sh -c`, on Windows `cmd.exe /c`; quote what comes
  ///   from elsewhere
  /// @return the process, which is the shell's
  /// @throws IOException if the shell cannot be started
  /// @throws IllegalArgumentException if the command has a null character in it
  public static Process createSubprocessShell(String command) throws IOException {
    return createSubprocessShell(ProcessOptions.defaults(), command);
  }

  /// Has the shell run a command.
  ///
  /// @param options its streams, directory, environment
  /// @param command the command line, as in the other form
  /// @return the process, which is the shell's
  /// @throws IOException if the shell cannot be started
  /// @throws UnsupportedOperationException if this platform cannot do what the options ask for
  /// @throws IllegalArgumentException if the command has a null character in it
  public static Process createSubprocessShell(ProcessOptions options, String command)
      throws IOException {
    return process(options, shell(command));
  }

  private static Process process(ProcessOptions options, List<String> commandLine)
      throws IOException {
    Objects.requireNonNull(options, "options");
    var loop = Current.loop();
    var protocol = new ProcessProtocol(loop, options.limit());
    return new Process(start(loop, protocol, options, commandLine), protocol);
  }

  // ---- processes with protocols -----------------------------------------------------------------

  /// Starts a program for a protocol. Python: `loop.subprocess_exec`.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param options streams, directory, environment; asyncio's default is [ProcessOptions#piped()]
  /// @param program its name, looked for in the folders of `PATH`, or its path
  /// @param arguments its arguments
  /// @return the transport, and the protocol, which has heard of it
  /// @throws IOException if it cannot be started
  /// @throws UnsupportedOperationException if this platform cannot do what the options ask for
  /// @throws IllegalArgumentException if an argument has a null character in it
  public static <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessExec(
      Supplier<? extends P> factory, ProcessOptions options, String program, String... arguments)
      throws IOException {
    return connection(factory, options, commandLine(program, arguments));
  }

  /// Has the shell run a command for a protocol. Python: `loop.subprocess_shell`.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param options streams, directory, environment; asyncio's default is [ProcessOptions#piped()]
  /// @param command the command line, as in [#createSubprocessShell(String)]
  /// @return the transport, and the protocol, which has heard of it
  /// @throws IOException if the shell cannot be started
  /// @throws UnsupportedOperationException if this platform cannot do what the options ask for
  /// @throws IllegalArgumentException if the command has a null character in it
  public static <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessShell(
      Supplier<? extends P> factory, ProcessOptions options, String command) throws IOException {
    return connection(factory, options, shell(command));
  }

  private static <P extends SubprocessProtocol> Connection<SubprocessTransport, P> connection(
      Supplier<? extends P> factory, ProcessOptions options, List<String> commandLine)
      throws IOException {
    Objects.requireNonNull(options, "options");
    P protocol = Objects.requireNonNull(factory.get(), "the factory gave no protocol");
    var transport = start(Current.loop(), protocol, options, commandLine);
    return new Connection<>(transport, protocol);
  }

  // ---- starting ---------------------------------------------------------------------------------

  private static List<String> commandLine(String program, String[] arguments) {
    var line = new ArrayList<String>();
    line.add(Objects.requireNonNull(program, "program"));
    for (var argument : arguments) {
      line.add(Objects.requireNonNull(argument, "argument"));
    }
    for (var word : line) {
      ProcessOptions.checkNoNul(word, "an argument of " + program.replace('\0', ' '));
    }
    return line;
  }

  private static List<String> shell(String command) {
    Objects.requireNonNull(command, "command");
    ProcessOptions.checkNoNul(command, "the shell command");
    return isWindows() ? List.of("cmd.exe", "/c", command) : List.of("/bin/sh", "-c", command);
  }

  private static boolean isWindows() {
    return File.separatorChar == '\\';
  }

  private static ChildTransport start(
      EventLoop loop, SubprocessProtocol protocol, ProcessOptions options, List<String> commandLine)
      throws IOException {
    if (options.cwd() != null) {
      ProgramFinder.checkDirectory(options.cwd());
    }
    var program = find(options, commandLine.getFirst());
    var streams = ChildStreams.open(options);
    ChildTransport transport;
    try {
      var command =
          new Command(
              program,
              commandLine,
              options.env(),
              options.cwd(),
              options.startNewSession(),
              options.processGroup(),
              streams.stream(0),
              streams.stream(1),
              streams.stream(2));
      var starting = launcher != null ? launcher : Launcher.best();
      transport = ChildTransport.of(loop, protocol, starting.start(command));
    } catch (Throwable e) {
      streams.closeOurEnds();
      throw e;
    } finally {
      streams.closeChildsEnds();
    }
    try {
      transport.connect(streams);
      return transport;
    } catch (Throwable e) {
      transport.close();
      streams.closeOurEnds(); // those that were not connected yet
      transport.awaitExit();
      throw e;
    }
  }

  private static String find(ProcessOptions options, String program) throws IOException {
    if (isWindows()) {
      return program; // the system has rules of its own
    }
    var env = options.env();
    var path = env == null ? System.getenv("PATH") : env.get("PATH");
    return ProgramFinder.find(program, path, options.cwd());
  }
}
