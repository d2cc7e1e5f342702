package jasyncio.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the system knows of this JVM's child processes and descriptors. Linux.
final class Children {
  private Children() {}

  /// The children of this process, dead ones that nobody took note of included: `pid state`.
  static List<String> ofThisProcess() {
    var mine = " " + ProcessHandle.current().pid() + " ";
    var children = new ArrayList<String>();
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var process : processes) {
        String stat;
        try {
          stat = Files.readString(process.resolve("stat"));
        } catch (IOException e) {
          continue; // it has ended
        }
        var afterName = stat.substring(stat.lastIndexOf(')') + 2); // state, parent, ...
        if (afterName.substring(1).startsWith(mine)) {
          children.add(process.getFileName() + " " + afterName.charAt(0));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return children;
  }

  static boolean exists(long pid) {
    return Files.exists(Path.of("/proc/" + pid));
  }

  static void awaitNone() {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!ofThisProcess().isEmpty() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(ofThisProcess()).isEmpty();
  }
}
