package jasyncio.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.internal.base.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The socket that a program opens for visitors by itself, as `-Djasyncio.insight=socket` asks for:
/// in containers, for fat jars, and where nobody may attach. One daemon thread waits for visitors,
/// and each has one.
///
/// Made by the class of loops, by its name, when the first one begins to run.
final class StandingSocket implements Runnable {
  private static final int MAX_VISITORS = 16; // at a time
  private static final int MAX_PATH =
      80; // what systems take, less the name of the directory where it is made
  private static final long PAUSE_NANOS = 1_000_000_000; // after a failure
  private static final String OWNER_ONLY = "rwx------";
  private static final int TYPE = 0170000; // of a file, in its mode
  private static final int SOCKET = 0140000;

  private final Semaphore room = new Semaphore(MAX_VISITORS);

  StandingSocket() {}

  /// Opens it, if the property asks for it. Says what is wrong, and leaves the program alone.
  @Override
  public void run() {
    try {
      var options = InsightOptions.fromProperty();
      if (options.socket()) {
        var given = options.path();
        open(given == null ? ownPath() : given.toAbsolutePath());
      }
    } catch (Throwable e) {
      Log.log(Level.WARNING, () -> "No visitor can come in: " + e.getMessage());
    }
  }

  private void open(Path path) throws IOException {
    var server = make(path);
    removeAtEnd(path);
    daemon(
        "jasyncio-insight",
        () -> {
          removeLeftOvers(path);
          serve(server);
        });
    Log.log(Level.DEBUG, () -> "Visitors may come in by " + path);
  }

  // ---- the file ---------------------------------------------------------------------------------

  private static Path ownPath() throws IOException {
    var directory =
        Path.of(
            System.getProperty("java.io.tmpdir"), "jasyncio-" + System.getProperty("user.name"));
    try {
      Files.createDirectory(directory, InsightSocket.mine());
    } catch (FileAlreadyExistsException e) {
      checkMine(directory);
    }
    return directory.resolve(ProcessHandle.current().pid() + ".sock");
  }

  /// In the directory for all somebody else may have made ours.
  private static void checkMine(Path directory) throws IOException {
    boolean mine = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
    if (mine && isPosix(directory)) {
      var probe = Files.createTempDirectory("jasyncio-"); // whose owner we are, by whatever name
      try {
        mine =
            Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(probe))
                && PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS))
                    .equals(OWNER_ONLY);
      } finally {
        Files.delete(probe);
      }
    }
    if (!mine) {
      throw new IOException(
          directory + " is not a directory of this user that others cannot enter");
    }
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /* It is made where nobody else can reach it, and gets its place when it is complete: between making a file and saying
   * who may use it, somebody might.
   */
  private static ServerSocketChannel make(Path path) throws IOException {
    var parent = path.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new IOException("there is no directory " + parent);
    } else if (path.toString().getBytes(UTF_8).length > MAX_PATH) {
      throw new IOException(
          path + " is too long for a socket, whose path has " + MAX_PATH + " characters at most");
    }
    makeRoom(path);
    var directory = Files.createTempDirectory(parent, ".", InsightSocket.mine());
    var made = directory.resolve("s");
    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(made));
      if (isPosix(made)) {
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
      }
      Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
      return server;
    } catch (Throwable e) {
      server.close();
      Files.deleteIfExists(made);
      throw e;
    } finally {
      Files.delete(directory);
    }
  }

  /// Makes room, if what is there is a socket that a process has left.
  private static void makeRoom(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isSocket(path)) {
      throw new FileAlreadyExistsException(path + " is there already, and no socket");
    } else if (!removeIfLeft(path)) {
      throw new FileAlreadyExistsException(path + " is in use by another process");
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    if (path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      var mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return (mode & TYPE) == SOCKET;
    }
    return attributes(path).isOther();
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /// Removes a socket that a process has left which was killed. Waits for nobody.
  ///
  /// @return whether there is none any more
  private static boolean removeIfLeft(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false);
      channel.connect(UnixDomainSocketAddress.of(path));
      return false;
    } catch (ConnectException e) { // nobody listens
      Files.deleteIfExists(path);
      return true;
    }
  }

  /// Those of processes that were killed. On our own thread: there may be many.
  private static void removeLeftOvers(Path path) {
    if (!path.toString().endsWith(".sock")) {
      return; // not in our own directory
    }
    try (var others =
        Files.newDirectoryStream(Objects.requireNonNull(path.getParent()), "*.sock")) {
      for (var other : others) {
        removeLeftOver(other);
      }
    } catch (IOException | RuntimeException e) {
      Log.log(Level.DEBUG, "Sockets that were left are not removed", e);
    }
  }

  private static void removeLeftOver(Path path) {
    try {
      if (isSocket(path)) {
        removeIfLeft(path);
      }
    } catch (IOException e) {
      Log.log(Level.DEBUG, path + " is not removed", e);
    }
  }

  private static void removeAtEnd(Path path) throws IOException {
    var key = attributes(path).fileKey();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> removeIfOurs(path, key), "jasyncio-insight-end"));
  }

  /// Unless another process has put its own in that place.
  private static void removeIfOurs(Path path, @Nullable Object key) {
    try {
      if (Objects.equals(attributes(path).fileKey(), key)) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      return; // it is gone
    }
  }

  // ---- visitors ---------------------------------------------------------------------------------

  private void serve(ServerSocketChannel server) {
    while (true) {
      try {
        welcome(server.accept());
      } catch (Throwable e) { // no descriptor is free, say, or no thread
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void welcome(SocketChannel visitor) throws IOException {
    if (!room.tryAcquire()) {
      try (visitor) {
        var sentence =
            "there are " + MAX_VISITORS + " visitors already; one of them must leave first";
        visitor.write(UTF_8.encode(Json.of(Map.of("error", sentence)) + "\n"));
      }
      return;
    }
    try {
      daemon("jasyncio-insight-visitor", () -> serve(visitor));
    } catch (Throwable e) {
      room.release();
      visitor.close();
      throw e;
    }
  }

  private void serve(SocketChannel visitor) {
    try {
      LineService.serve(visitor);
    } finally {
      room.release();
    }
  }

  private static void daemon(String name, Runnable body) {
    Thread.ofPlatform().name(name).daemon().inheritInheritableThreadLocals(false).start(body);
  }
}
