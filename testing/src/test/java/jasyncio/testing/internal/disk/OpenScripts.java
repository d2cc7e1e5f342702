package jasyncio.testing.internal.disk;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Opening, with every set of options, of everything that may be there.
final class OpenScripts {
  private static final List<OpenOption> OPTIONS =
      List.of(
          READ,
          WRITE,
          APPEND,
          CREATE,
          CREATE_NEW,
          TRUNCATE_EXISTING,
          DELETE_ON_CLOSE,
          LinkOption.NOFOLLOW_LINKS);
  private static final List<String> TARGETS =
      List.of("file", "gone", "dir", "link", "dead", "dirlink", "dir/.", "gone/x", "file/x");

  private enum Unknown implements OpenOption {
    OPTION
  }

  private OpenScripts() {}

  static void addTo(Map<String, Transcript.Script> scripts) {
    for (var target : TARGETS) {
      scripts.put("open " + target, t -> open(t, target));
    }
    scripts.put("other options", OpenScripts::otherOptions);
    scripts.put("initial attributes", OpenScripts::initialAttributes);
  }

  private static Path populate(Path dir) throws IOException {
    Files.createDirectories(dir.resolve("dir"));
    Files.writeString(dir.resolve("file"), "0123456789");
    Files.createSymbolicLink(dir.resolve("link"), dir.getFileSystem().getPath("file"));
    Files.createSymbolicLink(dir.resolve("dead"), dir.getFileSystem().getPath("target"));
    Files.createSymbolicLink(dir.resolve("dirlink"), dir.getFileSystem().getPath("dir"));
    return dir;
  }

  private static void open(Transcript t, String target) throws IOException {
    var dir = populate(t.path("d"));
    var untouched = state(dir, target);
    for (int bits = 0; bits < 1 << OPTIONS.size(); bits++) {
      var options = new LinkedHashSet<OpenOption>();
      for (int i = 0; i < OPTIONS.size(); i++) {
        if ((bits & 1 << i) != 0) {
          options.add(OPTIONS.get(i));
        }
      }
      var path = dir.resolve(target);
      t.run("open " + options, () -> use(t, path, options));
      var state = state(dir, target);
      t.get("then", () -> state);
      if (!state.equals(untouched)) {
        dir = populate(t.path("d" + bits));
      }
    }
  }

  private static String state(Path dir, String target) throws IOException {
    return Files.exists(dir.resolve(target), LinkOption.NOFOLLOW_LINKS)
        + " "
        + Crashes.content(dir.resolve("file"))
        + " "
        + Crashes.content(dir.resolve("target"));
  }

  private static void use(Transcript t, Path path, Set<OpenOption> options) throws IOException {
    try (var c = FileChannel.open(path, options)) {
      t.get("size", () -> Files.isDirectory(path) ? -1 : c.size());
      t.get("position", () -> Files.isDirectory(path) ? -1 : c.position());
      t.get("read", () -> c.read(ByteBuffer.allocate(3)));
      t.get("write", () -> c.write(Transcript.bytes("abc")));
      t.get("write at 1", () -> c.write(Transcript.bytes("X"), 1));
      t.get("position", () -> Files.isDirectory(path) ? -1 : c.position());
      t.get("truncate", () -> c.truncate(5).size());
      t.get("there while open", () -> Files.exists(path, LinkOption.NOFOLLOW_LINKS));
    }
  }

  private static void otherOptions(Transcript t) throws IOException {
    t.write("f", "text");
    t.get(
        "sync",
        () -> {
          try (var c = t.open("f", WRITE, StandardOpenOption.SYNC)) {
            return c.write(Transcript.bytes("ab"));
          }
        });
    t.get(
        "dsync",
        () -> {
          try (var c = t.open("f", WRITE, StandardOpenOption.DSYNC, StandardOpenOption.SPARSE)) {
            return c.write(Transcript.bytes("ab"));
          }
        });
    t.get("unknown", () -> t.open("f", Unknown.OPTION));
    t.get("null", () -> t.open("f", (OpenOption) null));
    t.get(
        "byte channel",
        () -> {
          try (var c = Files.newByteChannel(t.path("f"))) {
            var buffer = ByteBuffer.allocate(10);
            c.read(buffer);
            return c.size() + " " + c.position() + " " + buffer.position();
          }
        });
    t.get(
        "byte channel, append",
        () -> {
          try (var c = Files.newByteChannel(t.path("f"), APPEND)) {
            c.position(0);
            c.write(Transcript.bytes("end"));
            return c.size() + " " + c.position();
          }
        });
    t.content("f");
  }

  private static void initialAttributes(Transcript t) throws IOException {
    var attribute =
        java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
            java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    t.get("file", () -> Files.getPosixFilePermissions(Files.createFile(t.path("f"), attribute)));
    t.get(
        "directory",
        () -> Files.getPosixFilePermissions(Files.createDirectory(t.path("d"), attribute)));
    t.get(
        "other",
        () ->
            Files.createFile(
                t.path("g"),
                new java.nio.file.attribute.FileAttribute<>() {
                  @Override
                  public String name() {
                    return "basic:size";
                  }

                  @Override
                  public Object value() {
                    return 1L;
                  }
                }));
  }
}
