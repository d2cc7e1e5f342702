package jasyncio.testing.gallery.simulated;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Files that are never seen half written, and survive a crash.
final class Durable {
  private Durable() {}

  /// Writes it in place of what was there. When this returns it is on the disk.
  static void write(Path file, String text) throws IOException {
    var other = file.resolveSibling(file.getFileName() + ".new");
    try (var channel = FileChannel.open(other, CREATE, WRITE, TRUNCATE_EXISTING)) {
      var bytes = UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(other, file, ATOMIC_MOVE);
    syncFolderOf(file);
  }

  /// Has the name of a file be on the disk.
  static void syncFolderOf(Path file) throws IOException {
    try (var folder = FileChannel.open(file.getParent(), READ)) {
      folder.force(true);
    }
  }
}
