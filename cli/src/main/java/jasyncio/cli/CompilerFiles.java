package jasyncio.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.lang.model.SourceVersion;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;

/// The compiler's view of the file system: one source comes from memory, and classes go there.
final class CompilerFiles extends ForwardingJavaFileManager<StandardJavaFileManager> {
  private final Map<String, byte[]> classes = new LinkedHashMap<>();

  CompilerFiles(StandardJavaFileManager files) {
    super(files);
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

  private final class ClassInMemory extends SimpleJavaFileObject {
    private final String className;

    ClassInMemory(String className) {
      super(URI.create("memory:///" + className.replace('.', '/') + ".class"), Kind.CLASS);
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
