package jasyncio.inspect;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// A socket of this machine for one visitor, which [Probe] opens.
final class InsightSocket {
  /* Overview
   * OPEN -> VISITED -> GONE    the visitor connects; leaves
   * OPEN -> GONE               none comes in time
   *
   * The file is there in OPEN only. All is done by one daemon thread, which ends in GONE.
   */
  private static final long PATIENCE_MILLIS = 10_000;

  private final ServerSocketChannel server;
  private final Path path;

  private InsightSocket(ServerSocketChannel server, Path path) {
    this.server = server;
    this.path = path;
  }

  /// Opens one.
  ///
  /// @return its path
  static Path open() throws IOException {
    var directory = Files.createTempDirectory("jasyncio-", mine());
    var path = directory.resolve("insight");
    ServerSocketChannel server = null;
    try {
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
      server.configureBlocking(false);
      var socket = new InsightSocket(server, path);
      Thread.ofPlatform()
          .name("jasyncio-insight")
          .daemon()
          .inheritInheritableThreadLocals(false)
          .start(socket::serve);
      return path;
    } catch (Throwable e) {
      if (server != null) {
        server.close();
      }
      Files.deleteIfExists(path);
      Files.deleteIfExists(directory);
      throw e;
    }
  }

  /// Nobody else may enter, where the system knows such a thing.
  static FileAttribute<?>[] mine() {
    boolean posix = Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private void serve() {
    try (server) {
      var visitor = accept();
      if (visitor != null) {
        LineService.serve(visitor);
      }
    } catch (IOException e) {
      return; // nobody comes in
    }
  }

  private @Nullable SocketChannel accept() throws IOException {
    try (var selector = Selector.open()) {
      server.register(selector, SelectionKey.OP_ACCEPT);
      selector.select(PATIENCE_MILLIS);
      var visitor = server.accept();
      if (visitor != null) {
        visitor.configureBlocking(true);
      }
      return visitor;
    } finally {
      server.close();
      Files.deleteIfExists(path);
      Files.deleteIfExists(path.getParent());
    }
  }
}
