package jasyncio.testing.internal.disk;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Attributes.
final class AttributeScripts {
  private AttributeScripts() {}

  static void addTo(Map<String, Transcript.Script> scripts) {
    scripts.put("basic attributes", AttributeScripts::basic);
    scripts.put("permissions", AttributeScripts::permissions);
    scripts.put("named attributes", AttributeScripts::named);
    scripts.put("times", AttributeScripts::times);
    scripts.put("what changes times", AttributeScripts::changesOfTimes);
  }

  private static void basic(Transcript t) throws Exception {
    t.write("f", "12345");
    Files.createDirectory(t.path("d"));
    Files.createSymbolicLink(t.path("l"), t.dir.getFileSystem().getPath("f"));
    for (var name : List.of("f", "d", "l", "gone", "f/x")) {
      for (var options : List.of(new LinkOption[0], new LinkOption[] {LinkOption.NOFOLLOW_LINKS})) {
        t.get(
            name + options.length,
            () -> {
              var a = Files.readAttributes(t.path(name), BasicFileAttributes.class, options);
              return List.of(
                  a.isDirectory() ? 0 : a.size(),
                  a.isDirectory(),
                  a.isRegularFile(),
                  a.isSymbolicLink(),
                  a.isOther(),
                  a.fileKey() != null);
            });
      }
    }
    t.get("unknown class", () -> Files.readAttributes(t.path("f"), ClassOf.UNKNOWN));
    t.get(
        "view", () -> Files.getFileAttributeView(t.path("f"), BasicFileAttributeView.class).name());
    t.get(
        "view", () -> Files.getFileAttributeView(t.path("f"), PosixFileAttributeView.class).name());
    t.get(
        "view", () -> Files.getFileAttributeView(t.path("f"), FileOwnerAttributeView.class).name());
    t.get(
        "view of nothing",
        () ->
            Files.getFileAttributeView(t.path("gone"), BasicFileAttributeView.class)
                .readAttributes());
  }

  private interface Unknown extends BasicFileAttributes {}

  private static final class ClassOf {
    static final Class<Unknown> UNKNOWN = Unknown.class;
  }

  private static void permissions(Transcript t) throws Exception {
    t.write("f", "x");
    for (var text : List.of("rwxrwxrwx", "---------", "r--r--r--", "rw-r-x--x")) {
      t.get(
          text,
          () -> {
            Files.setPosixFilePermissions(t.path("f"), PosixFilePermissions.fromString(text));
            var a = Files.readAttributes(t.path("f"), PosixFileAttributes.class);
            return PosixFilePermissions.toString(a.permissions())
                + Files.getAttribute(t.path("f"), "unix:mode")
                + Files.isExecutable(t.path("f"));
          });
    }
    t.get(
        "of nothing",
        () ->
            Files.setPosixFilePermissions(
                t.path("gone"), PosixFilePermissions.fromString("rwxrwxrwx")));
    t.get(
        "mode",
        () -> {
          Files.setAttribute(t.path("f"), "unix:mode", 0751);
          return PosixFilePermissions.toString(Files.getPosixFilePermissions(t.path("f")));
        });
    t.get(
        "owner stays",
        () -> {
          Files.setOwner(t.path("f"), Files.getOwner(t.path("f")));
          return Files.getOwner(t.path("f")).equals(Files.getOwner(t.dir));
        });
    t.get(
        "copied",
        () -> {
          Files.setPosixFilePermissions(t.path("f"), PosixFilePermissions.fromString("rw-------"));
          Files.copy(t.path("f"), t.path("g"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
          return Files.getPosixFilePermissions(t.path("g"));
        });
    t.get(
        "nobody of that name",
        () ->
            t.dir
                .getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName("no such user, surely"));
    t.get(
        "root",
        () -> t.dir.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("root"));
  }

  private static void named(Transcript t) throws Exception {
    t.write("f", "12345");
    for (var name :
        List.of(
            "size",
            "basic:size",
            "isDirectory",
            "posix:size",
            "unix:size",
            "unix:nlink",
            "unix:rdev",
            "size,isOther",
            "unix:size,nlink",
            "nope",
            "basic:nope",
            "nope:size",
            "posix:mode",
            "unix:nope",
            ":size",
            "",
            "basic:",
            "owner:size",
            "size,nope")) {
      t.get(name, () -> new TreeMap<>(Files.readAttributes(t.path("f"), name)));
    }
    for (var view : List.of("*", "basic:*", "posix:*", "unix:*", "owner:*")) {
      t.get(view, () -> new TreeMap<>(Files.readAttributes(t.path("f"), view)).keySet());
    }
    t.get("one of many", () -> Files.getAttribute(t.path("f"), "size,isOther"));
    t.get("set size", () -> Files.setAttribute(t.path("f"), "size", 3L));
    t.get("set unknown", () -> Files.setAttribute(t.path("f"), "nope", 3L));
    t.get("set in unknown", () -> Files.setAttribute(t.path("f"), "nope:x", 3L));
    t.get("set posix size", () -> Files.setAttribute(t.path("f"), "posix:size", 3L));
    t.get(
        "set of nothing",
        () -> Files.setAttribute(t.path("gone"), "lastModifiedTime", FileTime.fromMillis(0)));
    t.get(
        "views",
        () ->
            t.dir
                .getFileSystem()
                .supportedFileAttributeViews()
                .containsAll(List.of("basic", "posix", "unix", "owner")));
  }

  private static void times(Transcript t) throws Exception {
    t.write("f", "x");
    for (var time :
        List.of(
            FileTime.fromMillis(0),
            FileTime.from(Instant.parse("2001-02-03T04:05:06.789012345Z")),
            FileTime.from(Instant.parse("1969-12-31T23:59:00Z")))) {
      t.get(
          "" + time,
          () -> {
            Files.setLastModifiedTime(t.path("f"), time);
            return Files.getLastModifiedTime(t.path("f"));
          });
    }
    t.get(
        "all three",
        () -> {
          Files.getFileAttributeView(t.path("f"), BasicFileAttributeView.class)
              .setTimes(
                  FileTime.fromMillis(1000), FileTime.fromMillis(2000), FileTime.fromMillis(3000));
          var a = Files.readAttributes(t.path("f"), BasicFileAttributes.class);
          return a.lastModifiedTime()
              + " "
              + a.lastAccessTime()
              + " "
              + a.creationTime().equals(FileTime.fromMillis(3000));
        });
    t.get(
        "none",
        () -> {
          Files.getFileAttributeView(t.path("f"), BasicFileAttributeView.class)
              .setTimes(null, null, null);
          return Files.getLastModifiedTime(t.path("f"));
        });
    t.get(
        "copied",
        () -> {
          Files.copy(t.path("f"), t.path("g"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
          return Files.getLastModifiedTime(t.path("g"));
        });
    t.get("moved", () -> Files.getLastModifiedTime(Files.move(t.path("g"), t.path("h"))));
  }

  private interface Change {
    void run() throws Exception;
  }

  /// Notes whether a call changes the time of something.
  private static void touches(Transcript t, String what, String name, Change change)
      throws Exception {
    var old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(t.path(name), old);
    change.run();
    t.get(what, () -> !Files.getLastModifiedTime(t.path(name)).equals(old));
  }

  private static void changesOfTimes(Transcript t) throws Exception {
    Files.createDirectory(t.path("d"));
    t.write("f", "content");
    touches(t, "new file", "d", () -> t.write("d/a", "1"));
    touches(t, "written file", "d", () -> t.write("d/a", "2"));
    touches(t, "move within", "d", () -> Files.move(t.path("d/a"), t.path("d/b")));
    touches(t, "move away", "d", () -> Files.move(t.path("d/b"), t.path("b")));
    touches(
        t,
        "delete",
        "d",
        () -> {
          t.write("d/c", "1");
          Files.setLastModifiedTime(t.path("d"), FileTime.fromMillis(1_000_000));
          Files.delete(t.path("d/c"));
        });
    touches(t, "write", "f", () -> Files.writeString(t.path("f"), "more"));
    touches(
        t,
        "empty write",
        "f",
        () -> {
          try (var c = t.open("f", java.nio.file.StandardOpenOption.WRITE)) {
            c.write(Transcript.bytes(""));
          }
        });
    touches(
        t,
        "truncate",
        "f",
        () -> {
          try (var c = t.open("f", java.nio.file.StandardOpenOption.WRITE)) {
            c.truncate(2);
          }
        });
    touches(
        t,
        "truncate to what it is",
        "f",
        () -> {
          try (var c = t.open("f", java.nio.file.StandardOpenOption.WRITE)) {
            c.truncate(2);
          }
        });
    touches(
        t,
        "permissions",
        "f",
        () ->
            Files.setPosixFilePermissions(
                t.path("f"), PosixFilePermissions.fromString("rw-rw-rw-")));
    touches(t, "link", "f", () -> Files.createLink(t.path("g"), t.path("f")));
    touches(t, "read", "f", () -> Files.readString(t.path("f")));
  }
}
