package jasyncio.inspect;

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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/// The socket that a program opens for visitors by itself, as `-Djasyncio.insight=socket` asks for:
/// in containers, for fat jars, and where nobody may attach. One daemon thread waits for visitors,
/// and each has one.
///
/// Made by the class of loops, by its name, when the first one begins to run.
final class StandingSocket implements Runnable {
  private static final int MAX_VISITORS = 16; // at a time
  private static final long PAUSE_NANOS = 1_000_000_000; // after a failure
  private static final String OWNER_ONLY = "rwx------";

  private final Semaphore room = new Semaphore(MAX_VISITORS);

  StandingSocket() {}

  /// Opens it, if the property asks for it. Says what is wrong, and leaves the program alone.
  @Override
  public void run() {
    try {
      var options = InsightOptions.fromProperty();
      if (options.socket()) {
        var path = options.path() != null ? options.path().toAbsolutePath() : ownPath();
        open(path);
        Log.log(Level.DEBUG, () -> "Visitors may come in by " + path);
      }
    } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
      Log.log(Level.WARNING, () -> "No visitor can come in: " + e.getMessage());
    }
  }

  private static Path ownPath() throws IOException {
    var directory =
        Path.of(
            System.getProperty("java.io.tmpdir"), "jasyncio-" + System.getProperty("user.name"));
    try {
      Files.createDirectory(directory, InsightSocket.mine());
    } catch (FileAlreadyExistsException e) {
      checkMine(directory);
      try (var others = Files.newDirectoryStream(directory, "*.sock")) {
        for (var other : others) {
          removeIfLeft(other);
        }
      }
    }
    return directory.resolve(ProcessHandle.current().pid() + ".sock");
  }

  /// In the directory for all somebody else may have made ours.
  private static void checkMine(Path directory) throws IOException {
    boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    boolean mine =
        Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
            && (!posix || isOfOwnerOnly(directory));
    if (!mine) {
      throw new IOException(
          directory + " is not a directory of this user that others cannot enter");
    }
  }

  private static boolean isOfOwnerOnly(Path directory) throws IOException {
    var me = directory.getFileSystem().getUserPrincipalLookupService();
    return Files.getOwner(directory)
            .equals(me.lookupPrincipalByName(System.getProperty("user.name")))
        && PosixFilePermissions.toString(Files.getPosixFilePermissions(directory))
            .equals(OWNER_ONLY);
  }

  /* It is made where nobody else can reach it, and gets its place when it is complete: between making a file and saying
   * who may use it, somebody might.
   */
  private void open(Path path) throws IOException {
    makeRoom(path);
    var directory = Files.createTempDirectory(path.getParent(), ".jasyncio-", InsightSocket.mine());
    var made = directory.resolve("s");
    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(made));
      if (made.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
      }
      Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (Throwable e) {
      server.close();
      Files.deleteIfExists(made);
      throw e;
    } finally {
      Files.delete(directory);
    }
    path.toFile().deleteOnExit();
    daemon("jasyncio-insight", () -> serve(server));
  }

  /// Makes room, if what is there is a socket that a process has left.
  private static void makeRoom(Path path) throws IOException {
    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(path)) {
      throw new FileAlreadyExistsException(path + " is there already, and no socket");
    } else if (!removeIfLeft(path)) {
      throw new FileAlreadyExistsException(path + " is in use by another process");
    }
  }

  /// Removes a socket that a process has left which was killed.
  ///
  /// @return whether there is none any more
  private static boolean removeIfLeft(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        return false;
      } catch (ConnectException e) { // nobody listens
        Files.deleteIfExists(path);
      }
    }
    return true;
  }

  private void serve(ServerSocketChannel server) {
    while (true) {
      try {
        var visitor = server.accept();
        if (room.tryAcquire()) {
          daemon("jasyncio-insight-visitor", () -> serve(visitor));
        } else {
          visitor.close();
        }
      } catch (IOException e) { // no descriptor is free, say
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void serve(SocketChannel visitor) {
    try {
      Visitor.serve(visitor);
    } finally {
      room.release();
    }
  }

  private static void daemon(String name, Runnable body) {
    Thread.ofPlatform().name(name).daemon().inheritInheritableThreadLocals(false).start(body);
  }
}
