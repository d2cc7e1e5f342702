package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The file system of a simulated disk.
final class SimFileSystem extends FileSystem {
  private static final List<String> VIEWS = List.of("basic", "owner", "posix", "unix");

  private final SimDisk disk;
  private final SimProvider provider;
  private final SimFileStore store;
  private final SimPath root;

  SimFileSystem(SimDisk disk) {
    this.disk = disk;
    this.provider = new SimProvider(this, disk);
    this.store = new SimFileStore(disk);
    this.root = SimPath.parse(this, "/");
  }

  /// {@return the path, if it is one of this disk}
  SimPath ours(Path path) {
    if (Objects.requireNonNull(path) instanceof SimPath ours && ours.getFileSystem() == this) {
      return ours;
    }
    throw new ProviderMismatchException();
  }

  SimPath root() {
    return root;
  }

  SimFileStore store() {
    return store;
  }

  @Override
  public SimProvider provider() {
    return provider;
  }

  /// Not possible, as with the JDK's own.
  @Override
  public void close() {
    throw new UnsupportedOperationException("the file system of a simulated disk stays open");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false; // the JDK's own never says so
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(root);
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of(store);
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return new TreeSet<>(VIEWS);
  }

  @Override
  public SimPath getPath(String first, String... more) {
    Objects.requireNonNull(first);
    var text =
        Stream.concat(Stream.of(first), Arrays.stream(more))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("/"));
    return SimPath.parse(this, text);
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    int colon = syntaxAndPattern.indexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException();
    }
    var syntax = syntaxAndPattern.substring(0, colon);
    var input = syntaxAndPattern.substring(colon + 1);
    var pattern = Pattern.compile(regex(syntax, input));
    return path -> pattern.matcher(path.toString()).matches();
  }

  private static String regex(String syntax, String input) {
    if (syntax.equalsIgnoreCase("glob")) {
      return Glob.toRegex(input);
    } else if (syntax.equalsIgnoreCase("regex")) {
      return input;
    }
    throw new UnsupportedOperationException("Syntax '" + syntax + "' not recognized");
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return new Users();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException(
        "a simulated disk does not tell of changes; list the directory again");
  }

  SimPath realPath(SimPath path, LinkOption... options) throws IOException {
    var absolute = path.toAbsolutePath();
    if (List.of(options).contains(LinkOption.NOFOLLOW_LINKS)) {
      return withoutDots(absolute);
    }
    try {
      return getPath(disk.call(volume -> volume.realPath(absolute.toString())));
    } catch (SystemError e) {
      throw e.on(path);
    }
  }

  /// Takes `.` away, and `..` with what is before, if that is no link.
  private SimPath withoutDots(SimPath absolute) throws IOException {
    var result = root;
    for (var name : absolute) {
      boolean up = name.toString().equals("..");
      boolean back = up && !isLink(result) && !result.endsWith("..");
      if (back) {
        result = result.getParent() == null ? root : result.getParent();
      } else if (!name.toString().equals(".")) {
        result = result.resolve(name);
      }
    }
    isLink(result); // fails if it is nothing
    return result;
  }

  private boolean isLink(SimPath path) throws IOException {
    try {
      return disk.call(volume -> volume.stat(path.toString(), false)) instanceof LinkNode;
    } catch (SystemError e) {
      throw e.on(path);
    }
  }

  @Override
  public String toString() {
    return "<SimFileSystem of " + disk.options().name() + ">";
  }
}
