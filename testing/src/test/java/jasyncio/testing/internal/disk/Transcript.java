package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;

/// What a script does in a folder, and what comes of it: a line for each call.
final class Transcript {
  final Path dir;
  private final List<String> lines = new ArrayList<>();

  Transcript(Path dir) {
    this.dir = dir;
  }

  interface Script {
    void run(Transcript t) throws Exception;
  }

  interface Action {
    void run() throws Exception;
  }

  static List<String> of(Path dir, Script script) throws Exception {
    var t = new Transcript(dir);
    script.run(t);
    return t.lines;
  }

  Path path(String name) {
    return dir.resolve(name);
  }

  /// Notes what a call gives, or throws.
  void get(String what, Callable<?> call) {
    String result;
    try {
      result = show(call.call());
    } catch (Exception e) {
      result = e.getClass().getName() + ": " + e.getMessage();
    }
    lines.add(what + " -> " + result.replace(dir.toString(), "$").replace("\0", "\\0"));
  }

  void run(String what, Action action) {
    get(
        what,
        () -> {
          action.run();
          return "done";
        });
  }

  private static String show(Object value) {
    return switch (value) {
      case null -> "null";
      case byte[] bytes -> show(bytes);
      case Object[] array -> Arrays.toString(array);
      default -> value.toString();
    };
  }

  private static String show(byte[] bytes) {
    int shown = Math.min(bytes.length, 64);
    return bytes.length
        + " bytes "
        + HexFormat.of().formatHex(bytes, 0, shown)
        + " "
        + Arrays.hashCode(bytes);
  }

  // ---- short forms ------------------------------------------------------------------------------

  Path write(String name, String text) throws IOException {
    return Files.writeString(path(name), text);
  }

  void content(String name) {
    get("content of " + name, () -> Files.readAllBytes(path(name)));
  }

  /// Notes what a directory stream gives.
  void list(String name) {
    get(
        "list " + name,
        () -> {
          var found = new ArrayList<Path>();
          try (var entries = Files.newDirectoryStream(path(name))) {
            entries.forEach(found::add);
          }
          found.sort(null);
          return found;
        });
  }

  FileChannel open(String name, OpenOption... options) throws IOException {
    return FileChannel.open(path(name), options);
  }

  /// Notes the names, types and sizes of all that is there.
  void tree() {
    get("tree", () -> describe(dir, new ArrayList<>()));
  }

  private List<String> describe(Path folder, List<String> found) throws IOException {
    try (var entries = Files.list(folder)) {
      for (var entry : entries.sorted().toList()) {
        var name = dir.relativize(entry).toString();
        if (Files.isSymbolicLink(entry)) {
          found.add(name + " -> " + Files.readSymbolicLink(entry));
        } else if (Files.isDirectory(entry)) {
          found.add(name + "/");
          describe(entry, found);
        } else {
          found.add(
              name
                  + " "
                  + Files.size(entry)
                  + " "
                  + Files.getAttribute(entry, "unix:nlink")
                  + " "
                  + Arrays.hashCode(Files.readAllBytes(entry)));
        }
      }
    }
    return found;
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static ByteBuffer bytes(int length) {
    var bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + i / 256 + 1);
    }
    return ByteBuffer.wrap(bytes);
  }
}
