package jasyncio.testing.internal.disk;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Paths themselves, and patterns.
final class PathScripts {
  private static final List<String> PATHS =
      List.of(
          (", /, //, a, a/, /a, /a/b, a/b/c, ., .., ../.., a/.., a/../b, /.., /../a, /a/./b/../c, "
                  + "./a, a//b///c/, ../a/b, /a/b/c/d, b, a/b, .hidden, a/.hidden, x.txt, a/x.txt, "
                  + "ä/ö, a b/c, /a/.., a/./., ...")
              .split(", "));
  private static final List<String> GLOBS =
      List.of(
          ("* ** *.txt ? a* {a,b} {a,b}/* [ab] [!a] [a-c] [-a] [a-] **/*.txt \\* a/** /a/* [^a] a,b"
                  + " } x.* {x,}.txt [a {a \\ [/] {a{b}} [c-a] (a) a+ $ [&&a] [a-b-c]")
              .split(" "));

  private PathScripts() {}

  static void addTo(Map<String, Transcript.Script> scripts) {
    scripts.put("paths alone", PathScripts::alone);
    scripts.put("paths in pairs", PathScripts::pairs);
    scripts.put("globs", PathScripts::globs);
    scripts.put("regular expressions", PathScripts::regexes);
    scripts.put("bad paths", PathScripts::bad);
    scripts.put("real paths", PathScripts::real);
    scripts.put("file system", PathScripts::fileSystem);
  }

  private static Path of(Transcript t, String text) {
    return t.dir.getFileSystem().getPath(text);
  }

  private static void alone(Transcript t) {
    for (var text : PATHS) {
      var p = of(t, text);
      t.get("[" + text + "]", () -> p);
      t.get("root", p::getRoot);
      t.get("name", p::getFileName);
      t.get("parent", p::getParent);
      t.get("count", p::getNameCount);
      t.get("first", () -> p.getName(0));
      t.get("last", () -> p.getName(p.getNameCount() - 1));
      t.get("beyond", () -> p.getName(p.getNameCount()));
      t.get("sub 0 1", () -> p.subpath(0, 1));
      t.get("sub 1", () -> p.subpath(1, p.getNameCount()));
      t.get("sub 1 1", () -> p.subpath(1, 1));
      t.get("normal", p::normalize);
      t.get("absolute", p::isAbsolute);
      t.get("hidden", () -> Files.isHidden(p));
      t.get("resolve sibling", () -> p.resolveSibling("s"));
      for (var name : p) {
        t.get("name", () -> name);
      }
    }
  }

  private static void pairs(Transcript t) {
    for (var one : PATHS) {
      for (var two : PATHS) {
        var p = of(t, one);
        var q = of(t, two);
        t.get(one + " resolve " + two, () -> p.resolve(q));
        t.get(one + " relativize " + two, () -> p.relativize(q));
        t.get(one + " starts with " + two, () -> p.startsWith(q));
        t.get(one + " ends with " + two, () -> p.endsWith(q));
        t.get(one + " equals " + two, () -> p.equals(q));
        t.get(one + " compare " + two, () -> Integer.signum(p.compareTo(q)));
        t.get("join", () -> t.dir.getFileSystem().getPath(one, two, "", "x"));
        t.get("resolve more", () -> p.resolve(q, q));
      }
    }
  }

  private static void globs(Transcript t) {
    var names =
        List.of(
            "a",
            "b",
            "c",
            "d",
            "-",
            "*",
            "^",
            "a/b",
            "/a/b",
            "x.txt",
            "a/x.txt",
            ".txt",
            "",
            "}",
            "a,b",
            "xytxt",
            "(a)",
            "a+",
            "$",
            "&",
            "a/b/c.txt",
            "A",
            "[",
            "a-b");
    for (var glob : GLOBS) {
      t.get(
          "glob " + glob,
          () -> {
            var matcher = t.dir.getFileSystem().getPathMatcher("glob:" + glob);
            return names.stream().filter(n -> matcher.matches(of(t, n))).toList();
          });
    }
  }

  private static void regexes(Transcript t) {
    for (var pattern : List.of("regex:a.*", "REGEX:[ab]", "glob", ":a", "nope:a", "regex:(")) {
      t.get(pattern, () -> t.dir.getFileSystem().getPathMatcher(pattern).matches(of(t, "ab")));
    }
  }

  private static void bad(Transcript t) {
    t.get("nul", () -> of(t, "a\0b"));
    t.get("null", () -> t.dir.getFileSystem().getPath(null));
    t.get("too long", () -> Files.createFile(t.path("x".repeat(256))));
    t.get("too long in bytes", () -> Files.createFile(t.path("ä".repeat(128))));
    t.get("just short enough", () -> Files.exists(Files.createFile(t.path("ä".repeat(127)))));
    t.get("path too long", () -> Files.createFile(t.path("x/".repeat(2100) + "y")));
    t.get("other provider", () -> t.dir.resolve(Other.path()));
    t.get("other provider", () -> t.dir.startsWith(Other.path()));
    t.get("other provider", () -> t.dir.equals(Other.path()));
  }

  private static void real(Transcript t) throws Exception {
    Files.createDirectories(t.path("a/b"));
    Files.createSymbolicLink(t.path("link"), t.path("a/b"));
    Files.createSymbolicLink(t.path("up"), of(t, "../" + t.dir.getFileName() + "/a"));
    Files.createSymbolicLink(t.path("dead"), of(t, "nothing"));
    t.write("a/b/f", "x");
    for (var name :
        List.of(
            "a/b/../b/f",
            "link/f",
            "link/..",
            "link/../b",
            "up/b",
            "dead",
            "./a/.",
            "gone",
            "a/b/f/..",
            "a/b/f/x",
            "link",
            "..",
            "gone/..",
            "up/../up")) {
      t.get("real " + name, () -> t.path(name).toRealPath());
      t.get(
          "real, no links " + name,
          () -> t.path(name).toRealPath(java.nio.file.LinkOption.NOFOLLOW_LINKS));
    }
  }

  private static void fileSystem(Transcript t) {
    var fs = t.dir.getFileSystem();
    t.get("separator", fs::getSeparator);
    t.get("open", fs::isOpen);
    t.get("read-only", fs::isReadOnly);
    t.get("roots", () -> fs.getRootDirectories().iterator().next());
    t.get(
        "close",
        () -> {
          try {
            fs.close();
            return "closed";
          } catch (UnsupportedOperationException e) {
            return "unsupported";
          }
        });
    t.get("same", () -> t.dir.equals(fs.getPath(t.dir.toString())));
    t.get("uri", () -> t.path("a b").toUri().getPath().endsWith("/a b"));
    t.get("uri and back", () -> fs.provider().getPath(t.path("a b").toUri()));
    t.get("store of nothing", () -> Files.getFileStore(t.path("gone")));
  }
}
