package jasyncio.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.SourceVersion;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;

/// The compiler's view of the file system: one source comes from memory, classes go there, and some
/// may be there already.
final class CompilerFiles extends ForwardingJavaFileManager<StandardJavaFileManager> {
  private final Map<String, byte[]> classes = new LinkedHashMap<>();

  private final Map<String, byte[]> others;

  /// @param others classes that are nowhere on disk, by binary name
  CompilerFiles(StandardJavaFileManager files, Map<String, byte[]> others) {
    super(files);
    this.others = others;
  }

  /// The classes compiled so far, by binary name.
  Map<String, byte[]> classes() {
    return classes;
  }

  @Override
  public JavaFileObject getJavaFileForOutput(
      Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
    return new ClassInMemory(className);
  }

  @Override
  public boolean contains(Location location, FileObject file) throws IOException {
    return file instanceof SourceInMemory || super.contains(location, file);
  }

  @Override
  public Iterable<JavaFileObject> list(
      Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
      throws IOException {
    Iterable<JavaFileObject> onDisk = super.list(location, packageName, kinds, recurse);
    if (location != StandardLocation.CLASS_PATH || !kinds.contains(JavaFileObject.Kind.CLASS)) {
      return onDisk;
    }
    List<JavaFileObject> all = new ArrayList<>();
    onDisk.forEach(all::add);
    others.forEach((name, bytes) -> {
      if (name.substring(0, Math.max(0, name.lastIndexOf('.'))).equals(packageName)) {
        all.add(new OtherClass(name, bytes));
      }
    });
    return all;
  }

  @Override
  public String inferBinaryName(Location location, JavaFileObject file) {
    return file instanceof OtherClass other
        ? other.className
        : super.inferBinaryName(location, file);
  }

  /// A class that was compiled elsewhere.
  private static final class OtherClass extends SimpleJavaFileObject {
    private final String className;
    private final byte[] bytes;

    OtherClass(String className, byte[] bytes) {
      super(uri(className), Kind.CLASS);
      this.className = className;
      this.bytes = bytes;
    }

    @Override
    public InputStream openInputStream() {
      return new ByteArrayInputStream(bytes);
    }
  }

  private static URI uri(String className) {
    return URI.create("memory:///" + className.replace('.', '/') + ".class");
  }

  private final class ClassInMemory extends SimpleJavaFileObject {
    private final String className;

    ClassInMemory(String className) {
      super(uri(className), Kind.CLASS);
      this.className = className;
    }

    @Override
    public OutputStream openOutputStream() {
      return new ByteArrayOutputStream() {
        @Override
        public void close() {
          classes.put(className, toByteArray());
        }
      };
    }
  }

  /// A source file that was read already.
  static final class SourceInMemory extends SimpleJavaFileObject {
    private final SourceFile source;
    private final String text;

    SourceInMemory(SourceFile source, String text) {
      super(source.path().toUri(), Kind.SOURCE);
      this.source = source;
      this.text = text;
    }

    @Override
    public String getName() {
      return source.displayName();
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }

    /// Lets a public class have any name, as the `java` command does for single files.
    @Override
    public boolean isNameCompatible(String simpleName, Kind kind) {
      return kind == Kind.SOURCE && SourceVersion.isIdentifier(simpleName);
    }
  }
}
