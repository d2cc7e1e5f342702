package jasyncio.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a test that leaves a socket, a pipe or a selector of this process open. Looks where Linux
/// shows them; says nothing elsewhere.
final class OpenSockets implements BeforeEachCallback, AfterEachCallback {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Duration GRACE = Duration.ofSeconds(2);

  private Set<String> before = Set.of();

  static { // the JDK keeps a socket of its own once it has made the first one
    try (var first = SocketChannel.open()) {
      first.configureBlocking(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    before = now();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    long deadline = System.nanoTime() + GRACE.toNanos();
    var left = now();
    while (!before.containsAll(left) && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(10); // the other side of a connection may need a moment
      left = now();
    }
    left.removeAll(before);
    assertThat(left).as("left open").isEmpty();
  }

  /// What is open now, by the system's names such as `socket:[1234]`.
  static Set<String> now() throws IOException {
    var found = new HashSet<String>();
    if (!Files.isDirectory(DESCRIPTORS)) {
      return found;
    }
    try (var entries = Files.newDirectoryStream(DESCRIPTORS)) {
      for (var entry : entries) {
        try {
          var target = Files.readSymbolicLink(entry).toString();
          if (target.startsWith("socket:") || target.startsWith("pipe:")) {
            found.add(target);
          }
        } catch (NoSuchFileException e) {
          // closed while we looked
        }
      }
    }
    return found;
  }
}
