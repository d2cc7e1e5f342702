package jasyncio.testing.internal.disk;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A path on a simulated disk: names between slashes, as on Unix.
final class SimPath implements Path {
  private final SimFileSystem fileSystem;
  private final String text;
  private @Nullable List<String> names; // made when it is needed

  /// @param text without slashes that mean nothing
  private SimPath(SimFileSystem fileSystem, String text) {
    this.fileSystem = fileSystem;
    this.text = text;
  }

  /// @param input the path as somebody has written it
  static SimPath parse(SimFileSystem fileSystem, String input) {
    if (input.indexOf('\0') >= 0) {
      throw new InvalidPathException(input, "Nul character not allowed");
    }
    var text = new StringBuilder(input.length());
    for (int i = 0; i < input.length(); i++) {
      char c = input.charAt(i);
      if (c != '/' || text.isEmpty() || text.charAt(text.length() - 1) != '/') {
        text.append(c);
      }
    }
    if (text.length() > 1 && text.charAt(text.length() - 1) == '/') {
      text.setLength(text.length() - 1);
    }
    return new SimPath(fileSystem, text.toString());
  }

  private SimPath path(String newText) {
    return new SimPath(fileSystem, newText);
  }

  private SimPath ours(Path other) {
    if (!(Objects.requireNonNull(other) instanceof SimPath path)) {
      throw new ProviderMismatchException();
    }
    return path;
  }

  private List<String> names() {
    var known = names;
    if (known == null) {
      var rest = isAbsolute() ? text.substring(1) : text;
      known = text.equals("/") ? List.of() : List.of(rest.split("/", -1));
      names = known;
    }
    return known;
  }

  private boolean isEmpty() {
    return text.isEmpty();
  }

  @Override
  public SimFileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return text.startsWith("/");
  }

  @Override
  public @Nullable SimPath getRoot() {
    return isAbsolute() ? path("/") : null;
  }

  @Override
  public @Nullable SimPath getFileName() {
    return names().isEmpty() ? null : path(names().getLast());
  }

  @Override
  public @Nullable SimPath getParent() {
    int slash = text.lastIndexOf('/');
    if (slash > 0) {
      return path(text.substring(0, slash));
    }
    return names().isEmpty() ? null : getRoot();
  }

  @Override
  public int getNameCount() {
    return names().size();
  }

  @Override
  public SimPath getName(int index) {
    if (index < 0 || index >= names().size()) {
      throw new IllegalArgumentException();
    }
    return path(names().get(index));
  }

  @Override
  public SimPath subpath(int begin, int end) {
    if (begin < 0 || end > names().size() || begin >= end) {
      throw new IllegalArgumentException();
    }
    return path(String.join("/", names().subList(begin, end)));
  }

  @Override
  public boolean startsWith(Path other) {
    if (!(Objects.requireNonNull(other) instanceof SimPath that)
        || that.isAbsolute() != isAbsolute()
        || that.isEmpty() != isEmpty()) {
      return false;
    }
    int n = that.names().size();
    return n <= names().size() && names().subList(0, n).equals(that.names());
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(Objects.requireNonNull(other) instanceof SimPath that) || that.isEmpty() != isEmpty()) {
      return false;
    }
    int rest = names().size() - that.names().size();
    if (that.isAbsolute()) {
      return equals(that);
    }
    return rest >= 0 && names().subList(rest, names().size()).equals(that.names());
  }

  @Override
  public SimPath normalize() {
    if (isEmpty()) {
      return this;
    }
    var left = new ArrayList<String>();
    for (var name : names()) {
      boolean up = name.equals("..");
      if (up && !left.isEmpty() && !left.getLast().equals("..")) {
        left.removeLast();
      } else if (!name.equals(".") && !(up && isAbsolute())) {
        left.add(name);
      }
    }
    return path((isAbsolute() ? "/" : "") + String.join("/", left));
  }

  @Override
  public SimPath resolve(Path other) {
    var that = ours(other);
    if (that.isAbsolute() || isEmpty()) {
      return that;
    } else if (that.isEmpty()) {
      return this;
    }
    return path((text.equals("/") ? "" : text) + "/" + that.text);
  }

  @Override
  public SimPath relativize(Path other) {
    var that = ours(other);
    if (equals(that)) {
      return path("");
    } else if (isAbsolute() != that.isAbsolute()) {
      throw new IllegalArgumentException("'other' is different type of Path");
    } else if (isEmpty()) {
      return that;
    }
    var from = this;
    if (from.hasDots() || that.hasDots()) {
      from = from.normalize();
      that = that.normalize();
    }
    return path(relative(from.ownNames(), that.ownNames(), other));
  }

  private String relative(List<String> from, List<String> to, Path other) {
    int same = 0;
    while (same < Math.min(from.size(), to.size()) && from.get(same).equals(to.get(same))) {
      same++;
    }
    var result = new ArrayList<String>();
    for (var name : from.subList(same, from.size())) {
      if (name.equals("..") || name.equals(".")) {
        throw new IllegalArgumentException(
            "Unable to compute relative  path from " + this + " to " + other);
      }
      result.add("..");
    }
    result.addAll(to.subList(same, to.size()));
    return String.join("/", result);
  }

  private boolean hasDots() {
    return names().contains(".") || names().contains("..");
  }

  /// {@return the names; none for the empty path}
  private List<String> ownNames() {
    return isEmpty() ? List.of() : names();
  }

  @Override
  public URI toUri() {
    try {
      return new URI(fileSystem.provider().getScheme(), null, toAbsolutePath().text, null);
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public SimPath toAbsolutePath() {
    return isAbsolute() ? this : fileSystem.root().resolve(this);
  }

  @Override
  public SimPath toRealPath(LinkOption... options) throws IOException {
    return fileSystem.realPath(this, options);
  }

  @Override
  public File toFile() {
    throw new UnsupportedOperationException(
        "a path on a simulated disk is no java.io.File; use java.nio.file.Files on the path");
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    Objects.requireNonNull(watcher);
    throw new ProviderMismatchException();
  }

  @Override
  public int compareTo(Path other) {
    return text.compareTo(((SimPath) other).text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SimPath path && path.fileSystem == fileSystem && path.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
