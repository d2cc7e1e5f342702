package jasyncio.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// The classes of a module as they are on the class path: in a folder, or in a jar.
final class ClassFiles {
  private ClassFiles() {}

  /// All of them, a class inside another one by itself.
  ///
  /// @param member a class of the module
  static List<ClassModel> of(Class<?> member) throws IOException {
    return in(
        member,
        root -> {
          try (var files = Files.walk(root)) {
            return files.filter(ClassFiles::isClass).map(ClassFiles::parse).toList();
          }
        });
  }

  /// The bytes of a file of the module.
  static byte[] file(Class<?> member, String name) throws IOException {
    return in(member, root -> Files.readAllBytes(root.resolve(name)));
  }

  /// The name of the class in a source file that has this one in it.
  static String topLevelName(ClassModel model) {
    return model.thisClass().asInternalName().replace('/', '.').replaceFirst("\\$.*", "");
  }

  private interface Reading<T> {
    T read(Path root) throws IOException;
  }

  private static <T> T in(Class<?> member, Reading<T> reading) throws IOException {
    var place = Objects.requireNonNull(member.getProtectionDomain().getCodeSource()).getLocation();
    try {
      var path = Path.of(place.toURI());
      if (Files.isDirectory(path)) {
        return reading.read(path);
      }
      try (FileSystem jar = FileSystems.newFileSystem(path)) {
        return reading.read(jar.getPath("/"));
      }
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static boolean isClass(Path file) {
    var name = String.valueOf(file.getFileName());
    return name.endsWith(".class") && !name.equals("module-info.class");
  }

  private static ClassModel parse(Path file) {
    try {
      return ClassFile.of().parse(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
