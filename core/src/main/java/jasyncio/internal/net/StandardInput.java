package jasyncio.internal.net;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// The standard input of this process, which may have been started without one (`<&-`).
///
/// The first file that a JVM opens is its own `lib/modules`, and it gets the number 0 then: whoever
/// reads `System.in` reads that, and whoever closes it takes the JVM's classes away, so that it
/// crashes.
public final class StandardInput {
  private static final Path DESCRIPTOR = Path.of("/proc/self/fd/0");

  private StandardInput() {}

  /// Refuses a stream that stands for a standard input that there is not.
  ///
  /// @throws IOException if it does
  public static void check(InputStream in) throws IOException {
    if (isStandard(in) && isTheJvms()) {
      throw new IOException(
          "standard input is closed: the program was started without one (<&-); start it with"
              + " </dev/null instead");
    }
  }

  private static boolean isStandard(InputStream in) throws IOException {
    return in == System.in || (in instanceof FileInputStream f && f.getFD() == FileDescriptor.in);
  }

  private static boolean isTheJvms() {
    try {
      var target = Files.readSymbolicLink(DESCRIPTOR);
      return target.equals(Path.of(System.getProperty("java.home"), "lib", "modules").toRealPath());
    } catch (IOException | RuntimeException e) {
      return false; // no Linux, or no such file
    }
  }
}
