package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// What `Files` calls for paths on a simulated disk. Each disk has its own; none is registered.
final class SimProvider extends FileSystemProvider {
  private static final String SCHEME = "simdisk";
  private static final int FILE_MODE = 0666;
  private static final int DIRECTORY_MODE = 0777;
  private static final int EXECUTE = 0111;

  private final SimFileSystem fileSystem;
  private final SimDisk disk;

  SimProvider(SimFileSystem fileSystem, SimDisk disk) {
    this.fileSystem = fileSystem;
    this.disk = disk;
  }

  private SimPath ours(Path path) {
    return fileSystem.ours(path);
  }

  private static boolean follows(LinkOption... options) {
    boolean follow = true;
    for (var option : options) {
      if (option == LinkOption.NOFOLLOW_LINKS) {
        follow = false;
      } else {
        throw new NullPointerException();
      }
    }
    return follow;
  }

  /// Makes a call that is told of with a path.
  private <T extends @Nullable Object> T call(Path path, SimDisk.Call<T> call) throws IOException {
    try {
      return disk.call(call);
    } catch (SystemError e) {
      throw e.on(path);
    }
  }

  // ---- the file system --------------------------------------------------------------------------

  @Override
  public String getScheme() {
    return SCHEME;
  }

  private static void check(URI uri) {
    if (!SCHEME.equalsIgnoreCase(uri.getScheme())) {
      throw new IllegalArgumentException("URI does not match this provider");
    } else if (uri.getPath() == null) {
      throw new IllegalArgumentException("Path component is undefined");
    }
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    check(uri);
    throw new FileSystemAlreadyExistsException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    check(uri);
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    check(uri);
    return fileSystem.getPath(uri.getPath());
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    var file = ours(path).toString();
    call(path, volume -> volume.stat(file, true));
    return fileSystem.store();
  }

  // ---- opening ----------------------------------------------------------------------------------

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return open(path, options, true, attributes);
  }

  private SimFileChannel open(
      Path path,
      Set<? extends OpenOption> options,
      boolean interruptible,
      FileAttribute<?>... attributes)
      throws IOException {
    var file = ours(path).toString();
    int mode = Permissions.initial(FILE_MODE, attributes);
    var flags = OpenFlags.of(options);
    var opened = call(path, volume -> volume.open(file, flags, mode));
    return new SimFileChannel(disk, opened, interruptible);
  }

  /// As [#newFileChannel], but an interrupt does not close it: the JDK sees to that for those of
  /// its own that `Files.readString` and others use.
  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return open(path, options, false, attributes);
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    for (var option : options) {
      if (option == StandardOpenOption.APPEND || option == StandardOpenOption.WRITE) {
        throw new UnsupportedOperationException("'" + option + "' not allowed");
      }
    }
    return Channels.newInputStream(open(path, Set.of(options), false));
  }

  @Override
  public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
    var all =
        new HashSet<OpenOption>(
            options.length > 0
                ? Arrays.asList(options)
                : List.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING));
    if (all.contains(StandardOpenOption.READ)) {
      throw new IllegalArgumentException("READ not allowed");
    }
    all.add(StandardOpenOption.WRITE);
    return Channels.newOutputStream(open(path, all, false));
  }

  @Override
  public AsynchronousFileChannel newAsynchronousFileChannel(
      Path path,
      Set<? extends OpenOption> options,
      @Nullable ExecutorService executor,
      FileAttribute<?>... attributes)
      throws IOException {
    var file = ours(path).toString();
    int mode = Permissions.initial(FILE_MODE, attributes);
    var flags = OpenFlags.ofAsynchronous(options);
    var opened = call(path, volume -> volume.open(file, flags, mode));
    return new SimAsynchronousFileChannel(
        new SimFileChannel(disk, opened, false), disk.world(), executor);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
    var directory = ours(path).toString();
    Objects.requireNonNull(filter);
    try {
      return new SimDirectoryStream(path, disk.call(volume -> volume.list(directory)), filter);
    } catch (SystemError e) {
      throw e.is(Errno.ENOTDIR) ? new NotDirectoryException(directory) : e.on(path);
    }
  }

  // ---- names ------------------------------------------------------------------------------------

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    var directory = ours(path).toString();
    int mode = Permissions.initial(DIRECTORY_MODE, attributes);
    call(
        path,
        volume -> {
          volume.makeDirectory(directory, mode);
          return null;
        });
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    var from = ours(link).toString();
    var to = ours(target).toString();
    if (attributes.length > 0) {
      Permissions.initial(0, attributes);
      throw new UnsupportedOperationException(
          "Initial file attributes not supported when creating symbolic link");
    }
    call(
        link,
        volume -> {
          volume.makeLink(from, to);
          return null;
        });
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    var from = ours(link).toString();
    var to = ours(existing).toString();
    try {
      disk.call(volume -> {
        volume.addName(from, to);
        return null;
      });
    } catch (SystemError e) {
      throw e.on(link, existing);
    }
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    var path = ours(link).toString();
    try {
      return fileSystem.getPath(disk.call(volume -> volume.readLink(path)));
    } catch (SystemError e) {
      throw e.is(Errno.EINVAL) ? new NotLinkException(path) : e.on(link);
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    var file = ours(path).toString();
    try {
      disk.call(volume -> {
        if (volume.stat(file, false) instanceof DirectoryNode) {
          volume.removeDirectory(file);
        } else {
          volume.removeFile(file);
        }
        return null;
      });
    } catch (SystemError e) {
      throw e.is(Errno.ENOTEMPTY) ? new DirectoryNotEmptyException(file) : e.on(path);
    }
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    SimCopy.copy(disk, ours(source), ours(target), options);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    SimCopy.move(disk, ours(source), ours(target), options);
  }

  // ---- questions --------------------------------------------------------------------------------

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    var first = ours(path);
    if (first.equals(other)) {
      return true;
    } else if (Objects.requireNonNull(other).getFileSystem() != fileSystem) {
      return false;
    }
    var second = ours(other);
    var one = call(first, volume -> volume.stat(first.toString(), true));
    var two = call(second, volume -> volume.stat(second.toString(), true));
    return one == two;
  }

  @Override
  public boolean isHidden(Path path) {
    var name = ours(path).getFileName();
    return name != null && name.toString().startsWith(".");
  }

  /// Whether that may be done: all may, by the superuser, but execute what nobody may.
  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    var file = ours(path).toString();
    var wanted = List.of(modes);
    try {
      disk.call(volume -> {
        var node = volume.stat(file, true);
        if (wanted.contains(AccessMode.WRITE)) {
          volume.checkWritable();
        }
        boolean executable = node instanceof DirectoryNode || (node.meta().mode() & EXECUTE) != 0;
        if (wanted.contains(AccessMode.EXECUTE) && !executable) {
          throw new SystemError(Errno.EACCES);
        }
        return null;
      });
    } catch (SystemError e) {
      throw (e.is(Errno.ENOTDIR) ? new SystemError(Errno.ENOENT) : e).on(path);
    }
  }

  // ---- attributes -------------------------------------------------------------------------------

  private SimView view(Path path, String name, LinkOption... options) {
    return new SimView(disk, ours(path), name, follows(options));
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    Objects.requireNonNull(type);
    if (type == BasicFileAttributeView.class) {
      return type.cast(view(path, "basic", options));
    } else if (type == PosixFileAttributeView.class) {
      return type.cast(view(path, "posix", options));
    } else if (type == FileOwnerAttributeView.class) {
      return type.cast(view(path, "owner", options));
    }
    return null;
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    Objects.requireNonNull(type);
    if (type != BasicFileAttributes.class && type != PosixFileAttributes.class) {
      throw new UnsupportedOperationException();
    }
    return type.cast(view(path, "posix", options).readAttributes());
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return NamedAttributes.read(view(path, NamedAttributes.viewOf(names), options), names);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    NamedAttributes.set(view(path, NamedAttributes.viewOf(name), options), name, value);
  }
}
