package jasyncio.testing.internal.disk;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Making, removing, moving, copying and listing.
final class NameScripts {
  /// What there is, for calls on one thing or two.
  private static final List<String> THINGS =
      List.of(
          "file",
          "file2",
          "hard",
          "empty",
          "full",
          "link",
          "dirlink",
          "dead",
          "gone",
          "full/in",
          "full/sub",
          "gone/x",
          "file/x",
          "dead/x",
          "dirlink/in",
          "full/..",
          "empty/.",
          "loop",
          "loop/x",
          "",
          "dirlink/..");

  private static final List<CopyOption[]> MOVES =
      List.of(
          new CopyOption[] {}, new CopyOption[] {REPLACE_EXISTING}, new CopyOption[] {ATOMIC_MOVE});
  private static final List<CopyOption[]> COPIES =
      List.of(
          new CopyOption[] {},
          new CopyOption[] {REPLACE_EXISTING},
          new CopyOption[] {LinkOption.NOFOLLOW_LINKS},
          new CopyOption[] {REPLACE_EXISTING, LinkOption.NOFOLLOW_LINKS, COPY_ATTRIBUTES});

  private NameScripts() {}

  static void addTo(Map<String, Transcript.Script> scripts) {
    scripts.put("make and remove", NameScripts::makeAndRemove);
    scripts.put("each call on each thing", NameScripts::calls);
    for (var options : MOVES) {
      scripts.put("move " + List.of(options), t -> pairs(t, Files::move, options));
    }
    for (var options : COPIES) {
      scripts.put("copy " + List.of(options), t -> pairs(t, Files::copy, options));
    }
    scripts.put("options of copies and moves", NameScripts::options);
    scripts.put("directory streams", NameScripts::streams);
    scripts.put("walks", NameScripts::walks);
    scripts.put("temporary files", NameScripts::temporary);
    scripts.put("moved directories", NameScripts::movedDirectories);
    scripts.put("files as streams", NameScripts::filesAsStreams);
  }

  private interface PairCall {
    Object call(java.nio.file.Path a, java.nio.file.Path b, CopyOption... options)
        throws IOException;
  }

  private static void populate(Transcript t) throws IOException {
    t.write("file", "content");
    t.write("file2", "other content");
    Files.createLink(t.path("hard"), t.path("file"));
    Files.createDirectory(t.path("empty"));
    Files.createDirectories(t.path("full/sub"));
    t.write("full/in", "inside");
    var fs = t.dir.getFileSystem();
    Files.createSymbolicLink(t.path("link"), fs.getPath("file2"));
    Files.createSymbolicLink(t.path("dirlink"), fs.getPath("full"));
    Files.createSymbolicLink(t.path("dead"), fs.getPath("nowhere"));
    Files.createSymbolicLink(t.path("loop"), fs.getPath("loop"));
  }

  private static Transcript fresh(Transcript t, String name) throws IOException {
    var inner = new Transcript(Files.createDirectory(t.path(name)));
    populate(inner);
    return inner;
  }

  private static void pairs(Transcript t, PairCall call, CopyOption... options) throws IOException {
    int n = 0;
    var in = fresh(t, "d" + n);
    var untouched = tree(in);
    for (var from : THINGS) {
      for (var to : THINGS) {
        var here = in;
        t.run(from + " to " + to, () -> call.call(here.path(from), here.path(to), options));
        var tree = tree(in);
        t.get("tree", () -> tree);
        if (!tree.equals(untouched)) {
          in = fresh(t, "d" + ++n);
        }
      }
    }
  }

  private static List<String> tree(Transcript in) throws IOException {
    var names = new ArrayList<String>();
    try (var all = Files.walk(in.dir)) {
      for (var p : all.sorted().toList()) {
        names.add(
            in.dir.relativize(p)
                + (Files.isSymbolicLink(p)
                    ? "@" + Files.readSymbolicLink(p)
                    : Files.isDirectory(p) ? "/" : "=" + Files.readString(p)));
      }
    }
    return names;
  }

  private static void makeAndRemove(Transcript t) throws IOException {
    t.get("file", () -> Files.createFile(t.path("f")));
    t.get("again", () -> Files.createFile(t.path("f")));
    t.get("directory", () -> Files.createDirectory(t.path("d")));
    t.get("again", () -> Files.createDirectory(t.path("d")));
    t.get("over a file", () -> Files.createDirectory(t.path("f")));
    t.get("in a file", () -> Files.createDirectory(t.path("f/d")));
    t.get("in nothing", () -> Files.createDirectory(t.path("x/d")));
    t.get("file in nothing", () -> Files.createFile(t.path("x/f")));
    t.get("all", () -> Files.createDirectories(t.path("x/y/z")));
    t.get("all again", () -> Files.createDirectories(t.path("x/y/z")));
    t.get("all through a file", () -> Files.createDirectories(t.path("f/y/z")));
    t.get("all over a file", () -> Files.createDirectories(t.path("f")));
    t.run("remove full", () -> Files.delete(t.path("x")));
    t.run("remove file", () -> Files.delete(t.path("f")));
    t.run("remove nothing", () -> Files.delete(t.path("f")));
    t.get("remove nothing", () -> Files.deleteIfExists(t.path("f")));
    t.get("remove in nothing", () -> Files.deleteIfExists(t.path("nope/f")));
    t.run("remove empty", () -> Files.delete(t.path("x/y/z")));
    t.run("remove .", () -> Files.delete(t.path("x/y/.")));
    t.run("remove ..", () -> Files.delete(t.path("x/y/..")));
    t.run("remove the root", () -> Files.delete(t.dir.getRoot()));
    t.get("make the root", () -> Files.createDirectory(t.dir.getRoot()));
    t.get("make .", () -> Files.createDirectory(t.path(".")));
    t.get("make ..", () -> Files.createDirectory(t.path("..")));
    t.get("file as .", () -> Files.createFile(t.path(".")));
    t.tree();
  }

  private static void calls(Transcript t) throws IOException {
    populate(t);
    for (var name : THINGS) {
      var p = t.path(name);
      t.get(name + " exists", () -> Files.exists(p));
      t.get(name + " exists itself", () -> Files.exists(p, LinkOption.NOFOLLOW_LINKS));
      t.get(name + " does not exist", () -> Files.notExists(p));
      t.get(name + " directory", () -> Files.isDirectory(p));
      t.get(name + " directory itself", () -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS));
      t.get(name + " regular", () -> Files.isRegularFile(p));
      t.get(name + " link", () -> Files.isSymbolicLink(p));
      t.get(name + " readable", () -> Files.isReadable(p));
      t.get(name + " executable", () -> Files.isExecutable(p));
      t.get(name + " read", () -> Files.readString(p));
      t.get(name + " all lines", () -> Files.readAllLines(p));
      t.get(name + " target", () -> Files.readSymbolicLink(p));
      t.get(name + " same as file", () -> Files.isSameFile(p, t.path("file")));
      t.get(name + " same as hard", () -> Files.isSameFile(t.path("hard"), p));
      t.get(name + " mismatch", () -> Files.mismatch(p, t.path("file2")));
      t.get(
          name + " list",
          () -> {
            try (var all = Files.list(p)) {
              return all.sorted().toList();
            }
          });
      t.get(
          name + " links", // of directories, file systems count them in their own ways
          () -> Files.isDirectory(p) ? "" : Files.getAttribute(p, "unix:nlink"));
      t.get(
          name + " attributes",
          () -> {
            Files.readAttributes(p, java.nio.file.attribute.BasicFileAttributes.class);
            return "there";
          });
      t.get(
          name + " append",
          () -> {
            Files.writeString(p, "!", StandardOpenOption.APPEND);
            return Files.readString(p);
          });
      t.get(
          name + " access",
          () -> {
            p.getFileSystem().provider().checkAccess(p, java.nio.file.AccessMode.EXECUTE);
            return "fine";
          });
    }
    t.tree();
  }

  private static void options(Transcript t) throws IOException {
    t.write("a", "1");
    var a = t.path("a");
    var b = t.path("b");
    t.get("copy atomically", () -> Files.copy(a, b, ATOMIC_MOVE));
    t.get("move with attributes", () -> Files.move(a, b, COPY_ATTRIBUTES));
    t.get("copy null", () -> Files.copy(a, b, (CopyOption) null));
    t.get("move null", () -> Files.move(a, b, (CopyOption) null));
    t.get("move, no links", () -> Files.move(a, b, LinkOption.NOFOLLOW_LINKS));
    t.get("move onto itself", () -> Files.move(b, b));
    t.get("copy onto itself", () -> Files.copy(b, b));
    t.tree();
  }

  private static void streams(Transcript t) throws IOException {
    Files.createDirectory(t.path("d"));
    for (var name : List.of("b", "a", "c.txt", ".h", "ä")) {
      t.write("d/" + name, name);
    }
    t.get(
        "glob",
        () -> {
          try (var stream = Files.newDirectoryStream(t.path("d"), "*.txt")) {
            var all = new ArrayList<String>();
            stream.forEach(p -> all.add(p.toString()));
            return all;
          }
        });
    t.get(
        "filter",
        () -> {
          try (var stream = Files.newDirectoryStream(t.path("d"), p -> Files.size(p) > 1)) {
            var all = new ArrayList<String>();
            stream.forEach(p -> all.add(p.toString()));
            all.sort(null);
            return all;
          }
        });
    t.get(
        "filter that throws",
        () -> {
          try (var stream =
              Files.newDirectoryStream(
                  t.path("d"),
                  p -> {
                    throw new IOException("no");
                  })) {
            return stream.iterator().hasNext();
          }
        });
    t.get(
        "twice",
        () -> {
          try (var stream = Files.newDirectoryStream(t.path("d"))) {
            var first = stream.iterator();
            return first == stream.iterator();
          }
        });
    t.get(
        "closed",
        () -> {
          try (var stream = Files.newDirectoryStream(t.path("d"))) {
            stream.close();
            return stream.iterator();
          }
        });
    t.get(
        "closed under way",
        () -> {
          try (var stream = Files.newDirectoryStream(t.path("d"))) {
            var all = stream.iterator();
            stream.close();
            return all.hasNext();
          }
        });
    t.get(
        "behind the end",
        () -> {
          try (var stream = Files.newDirectoryStream(Files.createDirectory(t.path("none")))) {
            return stream.iterator().next();
          }
        });
    t.get(
        "remove",
        () -> {
          try (var stream = Files.newDirectoryStream(t.path("d"))) {
            var all = stream.iterator();
            all.next();
            all.remove();
            return "removed";
          }
        });
    t.get(
        "deleted while listed",
        () -> {
          try (var stream = Files.newDirectoryStream(t.path("d"))) {
            int n = 0;
            for (var p : stream) {
              Files.delete(p);
              n++;
            }
            return n;
          }
        });
    t.write("f", "x");
    t.list("f");
    t.list("gone");
    t.get(
        "relative to .",
        () -> {
          t.write("d/x", "");
          try (var stream = Files.newDirectoryStream(t.path("d/."))) {
            return stream.iterator().next();
          }
        });
  }

  private static void walks(Transcript t) throws IOException {
    populate(t);
    t.get(
        "walk",
        () -> {
          try (var all = Files.walk(t.dir)) {
            return all.sorted().toList();
          }
        });
    t.get(
        "follow",
        () -> {
          try (var all = Files.walk(t.path("full"), java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
            return all.sorted().toList();
          }
        });
    t.get(
        "find",
        () -> {
          try (var all = Files.find(t.dir, 3, (p, a) -> a.isRegularFile() && a.size() > 6)) {
            return all.sorted().toList();
          }
        });
    t.get(
        "loop",
        () -> {
          Files.createSymbolicLink(t.path("full/up"), t.dir.getFileSystem().getPath(".."));
          try (var all = Files.walk(t.path("full"), java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
            return all.count();
          }
        });
  }

  private static void temporary(Transcript t) throws IOException {
    var file = Files.createTempFile(t.dir, "a", ".b");
    t.get("file", () -> file.getFileName().toString().matches("a\\d+\\.b"));
    var directory = Files.createTempDirectory(t.dir, "d");
    t.get("directory", () -> Files.isDirectory(directory));
    t.get("bad prefix", () -> Files.createTempFile(t.dir, "a/b", ".c"));
    t.run(
        "nowhere",
        () -> {
          try {
            Files.createTempFile(t.path("gone"), "a", "b");
          } catch (java.nio.file.NoSuchFileException e) {
            throw new IOException("gone");
          }
        });
  }

  private static void movedDirectories(Transcript t) throws IOException {
    Files.createDirectories(t.path("a/b/c"));
    t.write("a/b/c/f", "deep");
    t.get("into itself", () -> Files.move(t.path("a"), t.path("a/b/x")));
    t.get("into itself, atomic", () -> Files.move(t.path("a"), t.path("a/b/x"), ATOMIC_MOVE));
    t.get("over its ancestor", () -> Files.move(t.path("a/b/c"), t.path("a"), ATOMIC_MOVE));
    t.get("file over its ancestor", () -> Files.move(t.path("a/b/c/f"), t.path("a"), ATOMIC_MOVE));
    t.get("away", () -> Files.move(t.path("a/b"), t.path("b")));
    t.get("parent of moved", () -> t.path("b/..").toRealPath());
    t.get("up through moved", () -> Files.exists(t.path("b/c/../../a")));
    t.get("over an empty one", () -> Files.move(t.path("b"), t.path("a"), ATOMIC_MOVE));
    t.get("root", () -> Files.move(t.dir.getRoot(), t.path("r"), ATOMIC_MOVE));
    t.get(".", () -> Files.move(t.path("a/."), t.path("r"), ATOMIC_MOVE));
    t.get("to ..", () -> Files.move(t.path("a"), t.path("a/.."), ATOMIC_MOVE));
    t.tree();
  }

  private static void filesAsStreams(Transcript t) throws IOException {
    t.get("write", () -> Files.write(t.path("f"), List.of("one", "two")));
    t.get(
        "lines",
        () -> {
          try (var lines = Files.lines(t.path("f"))) {
            return lines.toList();
          }
        });
    t.get(
        "in",
        () -> {
          try (var in = Files.newInputStream(t.path("f"))) {
            in.skip(1);
            return in.available() + " " + new String(in.readAllBytes(), StandardCharsets.UTF_8);
          }
        });
    t.get(
        "transfer",
        () -> {
          try (var in = Files.newInputStream(t.path("f"));
              var out = Files.newOutputStream(t.path("g"))) {
            return in.transferTo(out);
          }
        });
    t.get(
        "copy in",
        () -> {
          try (var in = Files.newInputStream(t.path("f"))) {
            return Files.copy(in, t.path("g"), REPLACE_EXISTING);
          }
        });
    t.get(
        "copy out",
        () -> {
          var out = new java.io.ByteArrayOutputStream();
          Files.copy(t.path("f"), out);
          return out;
        });
    t.get("in, appending", () -> Files.newInputStream(t.path("f"), StandardOpenOption.APPEND));
    t.get("in, writing", () -> Files.newInputStream(t.path("f"), StandardOpenOption.WRITE));
    t.get("out, reading", () -> Files.newOutputStream(t.path("f"), StandardOpenOption.READ));
    t.get("out, new", () -> Files.newOutputStream(t.path("f"), StandardOpenOption.CREATE_NEW));
    t.get("out of nothing", () -> Files.newInputStream(t.path("gone")));
    t.get("of a directory", () -> Files.newInputStream(t.dir).read());
    t.get("to a directory", () -> Files.newOutputStream(t.path(".")));
    t.get(
        "reader",
        () -> {
          try (var reader = Files.newBufferedReader(t.path("f"))) {
            return reader.readLine();
          }
        });
    t.get("type", () -> Files.probeContentType(t.path("f")));
    t.tree();
  }
}
