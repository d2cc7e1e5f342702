package jasyncio.internal.process;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.util.ArrayList;

/// Starts children by the JDK's [ProcessBuilder], where nothing better works.
///
/// It cannot make sessions or process groups, and tells a signal from an exit code only if we sent
/// it: see [JdkChild].
final class JdkLauncher implements Launcher {
  private final SystemText text;

  JdkLauncher() {
    this(SystemText.ofJdk());
  }

  JdkLauncher(SystemText text) {
    this.text = text;
  }

  @Override
  public Child start(Command command) throws IOException {
    if (command.newSession() || command.processGroup() >= 0) {
      throw new UnsupportedOperationException(
          "a new session or process group needs Linux and native access: start the JVM with"
              + " --enable-native-access="
              + moduleName());
    }
    text.check(command);
    var arguments = new ArrayList<>(command.arguments());
    arguments.set(0, command.program()); // the JDK knows no other name than the program's path
    var builder =
        new ProcessBuilder(arguments)
            .redirectInput(redirect(command.stdin(), false))
            .redirectOutput(redirect(command.stdout(), true));
    if (command.stderr() instanceof ChildStream.LikeStdout) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(redirect(command.stderr(), true));
    }
    if (command.environment() != null) {
      builder.environment().clear();
      builder.environment().putAll(command.environment());
    }
    if (command.cwd() != null) {
      builder.directory(command.cwd().toFile());
    }
    try {
      return new JdkChild(builder.start());
    } catch (IOException e) {
      var failure = new FileSystemException(command.program(), null, "the system cannot start it");
      failure.initCause(e);
      throw failure;
    }
  }

  private static String moduleName() {
    var module = JdkLauncher.class.getModule();
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }

  private static Redirect redirect(ChildStream stream, boolean output) throws IOException {
    return switch (stream) {
      case ChildStream.Inherited _ -> Redirect.INHERIT;
      case ChildStream.BlockingPipe _ -> Redirect.PIPE;
      case ChildStream.Descriptor d -> {
        // opens the very pipe behind the descriptor, once more, for the child
        var file = new File("/proc/self/fd/" + d.number());
        if (Files.readSymbolicLink(file.toPath()).toString().startsWith("socket:")) {
          throw new UnsupportedOperationException(
              "a socket as a child's stream needs native access: start the JVM with"
                  + " --enable-native-access="
                  + moduleName());
        }
        yield output ? Redirect.to(file) : Redirect.from(file);
      }
      case ChildStream.OpenFile f -> {
        var file = f.path().toFile();
        yield switch (f.mode()) {
          case READ -> Redirect.from(file);
          case WRITE -> Redirect.to(file);
          case APPEND -> Redirect.appendTo(file);
        };
      }
      case ChildStream.LikeStdout _ -> throw new AssertionError("for standard error only");
    };
  }
}
