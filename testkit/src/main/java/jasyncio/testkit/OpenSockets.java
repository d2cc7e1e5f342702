package jasyncio.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a test that leaves a socket or a pipe of this process open. Looks where Linux shows them;
/// says nothing elsewhere.
public final class OpenSockets implements BeforeEachCallback, AfterEachCallback {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Duration GRACE = Duration.ofSeconds(20);

  private Set<String> before = Set.of();

  static { // the JDK keeps a socket of its own once it has made the first one
    try (var first = SocketChannel.open()) {
      first.configureBlocking(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Creates the check.
  public OpenSockets() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    before = now();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    var left = leftSince(before);
    if (!left.isEmpty()) {
      throw new AssertionError("left open: " + left);
    }
  }

  /// What is open now.
  ///
  /// @return its names, such as `socket:[1234]`; the system gives each once
  public static Set<String> now() {
    var found = new HashSet<String>();
    if (!Files.isDirectory(DESCRIPTORS)) {
      return found;
    }
    try (var entries = Files.newDirectoryStream(DESCRIPTORS)) {
      for (var entry : entries) {
        var target = target(entry);
        if (target.startsWith("socket:") || target.startsWith("pipe:")) {
          found.add(target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) { // closed while we looked
      return "";
    }
  }

  /// What has been opened since and is not closed, though whoever opened it, the other side of a
  /// connection or a thread of its own, had time for that.
  ///
  /// @param before what was open then
  /// @return what is still open; empty if nothing is
  public static Set<String> leftSince(Set<String> before) {
    long began = System.nanoTime();
    for (; ; ) {
      var left = now();
      left.removeAll(before);
      if (left.isEmpty() || System.nanoTime() - began > GRACE.toNanos()) {
        return left;
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
