package jasyncio.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// The failures that campaigns have found in a test, in a file that may go into version control: a
/// line each, `fails` or `fixed`, the run, and what it was.
///
/// Several processes may use the file; each change is made under a lock, and in place, so that it
/// is there or is not.
final class Corpus {
  /// A failure.
  ///
  /// @param isFixed whether the run passed when it was last tried
  /// @param replay the run
  /// @param kind what the failure was
  record Entry(boolean isFixed, String replay, String kind) {
    private static Entry parse(String line) {
      var parts = line.split("\\s+", 3);
      if (parts.length < 2 || !(parts[0].equals("fails") || parts[0].equals("fixed"))) {
        throw new IllegalArgumentException("begins neither with 'fails' nor with 'fixed'");
      }
      ReplayCode.decode(parts[1]);
      return new Entry(parts[0].equals("fixed"), parts[1], parts.length == 3 ? parts[2] : "");
    }

    @Override
    public String toString() {
      return (isFixed ? "fixed " : "fails ") + replay + " " + kind;
    }
  }

  private static final String HEAD =
      "# What 'jasyncio sim' has found in this test, and tries first the next time.\n";

  private final Path file;

  /// @param folder where the files of all tests are; it need not exist
  /// @param test the test's name, with that of its class and package
  Corpus(Path folder, String test) {
    this.file = folder.resolve(test + ".seeds");
  }

  /// What was found so far.
  ///
  /// @throws IOException if that cannot be read
  /// @throws IllegalArgumentException if a line of the file is none of ours
  List<Entry> entries() throws IOException {
    return Files.exists(file) ? parse(Files.readString(file)) : List.of();
  }

  /// Changes what was found.
  ///
  /// @throws IOException if it cannot be written
  /// @throws IllegalArgumentException if a line of the file is none of ours
  void change(UnaryOperator<List<Entry>> change) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (var channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      var before = new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
      var entries = parse(before);
      var changed = change.apply(entries);
      if (before.isEmpty() || !changed.equals(entries)) {
        write(channel, text(changed));
      }
    }
  }

  private static String text(List<Entry> entries) {
    var text = new StringBuilder(HEAD);
    entries.forEach(entry -> text.append(entry).append('\n'));
    return text.toString();
  }

  private static void write(FileChannel channel, String text) throws IOException {
    var bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
    channel.truncate(bytes.capacity());
  }

  private List<Entry> parse(String text) {
    var entries = new ArrayList<Entry>();
    int number = 0;
    for (var line : text.lines().toList()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      try {
        entries.add(Entry.parse(line));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            file + ", line " + number + ": " + e.getMessage() + "; mend it, or take it out", e);
      }
    }
    return entries;
  }
}
