package jasyncio.testing.internal.disk;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/// Symbolic and hard links.
final class LinkScripts {
  private LinkScripts() {}

  static void addTo(Map<String, Transcript.Script> scripts) {
    scripts.put("symbolic links", LinkScripts::symbolic);
    scripts.put("hard links", LinkScripts::hard);
    scripts.put("chains of links", LinkScripts::chains);
    scripts.put("deleted while open", LinkScripts::deletedWhileOpen);
    scripts.put("writing through dead links", LinkScripts::throughDeadLinks);
  }

  private static void symbolic(Transcript t) throws Exception {
    var fs = t.dir.getFileSystem();
    t.write("f", "text");
    t.get("make", () -> Files.createSymbolicLink(t.path("l"), fs.getPath("f")));
    t.get("again", () -> Files.createSymbolicLink(t.path("l"), fs.getPath("f")));
    t.get("in nothing", () -> Files.createSymbolicLink(t.path("x/l"), fs.getPath("f")));
    t.get("in a file", () -> Files.createSymbolicLink(t.path("f/l"), fs.getPath("f")));
    t.get("to nowhere", () -> Files.createSymbolicLink(t.path("e"), fs.getPath("")));
    t.get("target", () -> Files.readSymbolicLink(t.path("l")));
    t.get("target of a file", () -> Files.readSymbolicLink(t.path("f")));
    t.get("target of nothing", () -> Files.readSymbolicLink(t.path("gone")));
    t.get("size", () -> Files.getAttribute(t.path("l"), "size", LinkOption.NOFOLLOW_LINKS));
    t.get("mode", () -> Files.getAttribute(t.path("l"), "unix:mode", LinkOption.NOFOLLOW_LINKS));
    t.run("remove", () -> Files.delete(t.path("l")));
    t.content("f");
    t.get("other provider", () -> Files.createSymbolicLink(t.path("o"), Other.path()));
    t.get(
        "with attributes",
        () ->
            Files.createSymbolicLink(
                t.path("p"),
                fs.getPath("f"),
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(java.util.Set.of())));
    t.tree();
  }

  private static void hard(Transcript t) throws Exception {
    t.write("f", "text");
    Files.createDirectory(t.path("d"));
    t.get("make", () -> Files.createLink(t.path("h"), t.path("f")));
    t.get("again", () -> Files.createLink(t.path("h"), t.path("f")));
    t.get("of nothing", () -> Files.createLink(t.path("n"), t.path("gone")));
    t.get("of a directory", () -> Files.createLink(t.path("n"), t.path("d")));
    t.get("over, of a directory", () -> Files.createLink(t.path("h"), t.path("d")));
    t.get("in nothing", () -> Files.createLink(t.path("x/n"), t.path("f")));
    Files.writeString(t.path("h"), "more", StandardOpenOption.APPEND);
    t.content("f");
    t.get("links", () -> Files.getAttribute(t.path("f"), "unix:nlink"));
    t.get("same", () -> Files.isSameFile(t.path("f"), t.path("h")));
    t.get(
        "same key",
        () ->
            Files.getAttribute(t.path("f"), "fileKey")
                .equals(Files.getAttribute(t.path("h"), "fileKey")));
    t.get("move onto the same", () -> Files.move(t.path("f"), t.path("h")));
    t.get(
        "move onto the same, atomic",
        () -> Files.move(t.path("f"), t.path("h"), java.nio.file.StandardCopyOption.ATOMIC_MOVE));
    t.tree();
    t.run("remove", () -> Files.delete(t.path("f")));
    t.tree();
    Files.createSymbolicLink(t.path("s"), t.dir.getFileSystem().getPath("h"));
    t.get("of a link", () -> Files.createLink(t.path("hs"), t.path("s")));
    t.tree();
  }

  private static void chains(Transcript t) throws Exception {
    var fs = t.dir.getFileSystem();
    t.write("l0", "end");
    for (int i = 1; i <= 42; i++) {
      Files.createSymbolicLink(t.path("l" + i), fs.getPath("l" + (i - 1)));
    }
    for (int i : new int[] {1, 39, 40, 41, 42}) {
      t.content("l" + i);
      t.get("exists " + i, () -> Files.exists(t.path("l" + i)));
      t.list("l" + i);
    }
    Files.createDirectories(t.path("a/b"));
    Files.createSymbolicLink(t.path("a/b/abs"), t.path("l0"));
    Files.createSymbolicLink(t.path("a/up"), fs.getPath("b/../../l0"));
    t.content("a/b/abs");
    t.content("a/up");
    Files.createSymbolicLink(t.path("slash"), fs.getPath("a/"));
    t.get("through", () -> Files.exists(t.path("slash/b/abs")));
  }

  private static void deletedWhileOpen(Transcript t) throws Exception {
    try (var c =
        t.open("f", StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      c.write(Transcript.bytes("before"));
      t.run("delete", () -> Files.delete(t.path("f")));
      t.get("write", () -> c.write(Transcript.bytes("after")));
      t.get("size", c::size);
      t.get(
          "force",
          () -> {
            c.force(true);
            return "done";
          });
      t.write("f", "new");
      t.get("size", c::size);
      t.tree();
    }
    try (var c = t.open("f", StandardOpenOption.WRITE)) {
      t.write("g", "moved over");
      Files.move(t.path("g"), t.path("f"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      t.get("write to the replaced", () -> c.write(Transcript.bytes("lost")));
      t.content("f");
    }
  }

  private static void throughDeadLinks(Transcript t) throws Exception {
    var fs = t.dir.getFileSystem();
    Files.createDirectory(t.path("d"));
    Files.createSymbolicLink(t.path("dead"), fs.getPath("d/new"));
    t.get("new", () -> Files.createFile(t.path("dead")));
    t.get("directory", () -> Files.createDirectory(t.path("dead")));
    t.get("write", () -> Files.writeString(t.path("dead"), "made"));
    t.tree();
    Files.createSymbolicLink(t.path("deader"), fs.getPath("nowhere/new"));
    t.get("write into nothing", () -> Files.writeString(t.path("deader"), "made"));
    Files.createSymbolicLink(t.path("loop1"), fs.getPath("loop2"));
    Files.createSymbolicLink(t.path("loop2"), fs.getPath("loop1"));
    t.get("write into a loop", () -> Files.writeString(t.path("loop1"), "made"));
    t.list("loop1");
    t.get("make in a loop", () -> Files.createDirectory(t.path("loop1/x")));
    t.get("move a loop", () -> Files.move(t.path("loop1"), t.path("loop3")));
    t.tree();
  }
}
