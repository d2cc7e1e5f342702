package jasyncio.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where the classes of a running program are, as it has said.
///
/// @param entries what can be read of it
/// @param missing what cannot
record ProgramPath(List<Path> entries, List<String> missing) {
  private static final String MODULE = "module-info.class";

  /// @param root of the program's file system, as it is seen here
  /// @param about what the program has answered to `repl-open`
  static ProgramPath of(Path root, JsonObject about) {
    var path = new ProgramPath(new ArrayList<>(), new ArrayList<>());
    for (JsonElement entry : about.getAsJsonArray("classPath")) {
      path.add(root, entry.getAsString(), false);
    }
    for (JsonElement entry : about.getAsJsonArray("modulePath")) {
      path.add(root, entry.getAsString(), true);
    }
    return path;
  }

  private void add(Path root, String entry, boolean ofModules) {
    try {
      Path path = root.resolve(Path.of(entry).getRoot().relativize(Path.of(entry)));
      if (Files.isReadable(path)) {
        entries.addAll(ofModules ? modules(path) : List.of(path));
        return;
      }
    } catch (IOException | InvalidPathException | DirectoryIteratorException e) {
      // is none of ours
    }
    missing.add(entry);
  }

  /// What a directory of modules has, each of which is a jar or a directory.
  private static List<Path> modules(Path path) throws IOException {
    if (!Files.isDirectory(path) || Files.exists(path.resolve(MODULE))) {
      return List.of(path);
    }
    var modules = new ArrayList<Path>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(path)) {
      for (Path each : found) {
        if (each.toString().endsWith(".jar") || Files.exists(each.resolve(MODULE))) {
          modules.add(each);
        }
      }
    }
    return modules;
  }

  /// Together with a class path of ours: what the program has comes first, also of jasyncio.
  ClassPath and(ClassPath own) {
    var all = new ArrayList<>(entries);
    all.addAll(own.extra());
    all.addAll(own.library());
    return new ClassPath(List.of(), all, List.of());
  }
}
