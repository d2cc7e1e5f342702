package jasyncio.testkit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// Ctrl-C with its usual meaning, for tests of it.
///
/// A program that is started in the background by a script, or by `nohup`, ignores SIGINT, and so
/// do the JVM and all children.
public final class DefaultSignals {
  private static final int SIGINT = 2;

  private DefaultSignals() {}

  /// Has this process, and the children that it starts from now on, ignore SIGINT no longer.
  @SuppressWarnings("restricted") // in tests
  public static void restore() {
    if (!isIgnored()) {
      return;
    }
    var linker = Linker.nativeLinker();
    var signal = linker.defaultLookup().findOrThrow("signal");
    try {
      var _ =
          (MemorySegment)
              linker
                  .downcallHandle(signal, FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS))
                  .invokeExact(SIGINT, MemorySegment.NULL); // SIG_DFL
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// As far as it can be seen, which is on Linux.
  private static boolean isIgnored() {
    var status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("SigIgn:"))
          .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .anyMatch(mask -> (mask & 1L << (SIGINT - 1)) != 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
