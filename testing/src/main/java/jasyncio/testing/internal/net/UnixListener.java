package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A Unix-domain socket that others of its host connect to. Under the lock.
final class UnixListener extends ListenSocket {
  private @Nullable UnixDomainSocketAddress local;
  private final ArrayDeque<LocalStream> waiting = new ArrayDeque<>(); // to be in the queue

  UnixListener(SimHost host) {
    super(host, new Options(Options.UNIX_LISTENER));
  }

  @Override
  @Nullable UnixDomainSocketAddress local() {
    return local;
  }

  UnixDomainSocketAddress boundTo() {
    return Objects.requireNonNull(local);
  }

  @Override
  void listen(@Nullable SocketAddress address, int limit) throws IOException {
    var wanted = address == null ? anyName() : Addresses.unix(address);
    if (wanted.getPath().toString().isEmpty()) {
      throw new BindException("Server socket cannot bind to unnamed address");
    }
    makeFile(host, wanted.getPath());
    local = wanted;
    listening = true;
    backlog = limit;
    host.unix.put(wanted.getPath().toAbsolutePath(), this);
  }

  private UnixDomainSocketAddress anyName() throws IOException {
    var folder = Path.of(System.getProperty("java.io.tmpdir"));
    for (int i = 0; i < 1000; i++) {
      var path = folder.resolve("socket_" + host.name() + "_" + i);
      if (!Files.exists(host.file(path))) {
        return UnixDomainSocketAddress.of(path);
      }
    }
    throw new BindException("Could not bind to temporary name");
  }

  /// Makes the file that a socket is known by: a socket's own, where the JDK can make one.
  static void makeFile(SimHost host, Path path) throws IOException {
    var file = host.file(path);
    try {
      if (Files.exists(file)) {
        throw Fault.ADDRESS_IN_USE.ofSocket();
      }
      if (file.getFileSystem() == FileSystems.getDefault() && hasRealSockets()) {
        var address = UnixDomainSocketAddress.of(file);
        try (var real = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
          real.bind(address);
        }
      } else {
        Files.createFile(file);
      }
    } catch (FileAlreadyExistsException e) {
      throw Fault.ADDRESS_IN_USE.ofSocket();
    } catch (NoSuchFileException e) {
      throw Fault.NO_FILE.ofSocket();
    }
  }

  /// Whether a channel that this JVM opens is one of the JDK's own.
  private static boolean hasRealSockets() {
    return SelectorProvider.provider().getClass().getModule() == Object.class.getModule();
  }

  void wait(LocalStream client) {
    waiting.add(client);
  }

  void forget(LocalStream client) {
    waiting.remove(client);
  }

  @Override
  void accepted(StreamSocket socket) {
    while (!waiting.isEmpty() && !isFull()) {
      waiting.poll().tryAgain(this);
    }
  }

  @Override
  void close() {
    if (!release()) {
      return;
    }
    listening = false;
    if (local != null) {
      host.unix.remove(local.getPath().toAbsolutePath(), this);
    }
    List.copyOf(waiting).forEach(LocalStream::refused);
    waiting.clear();
    arrived.forEach(socket -> ((LocalStream) socket).refuse());
    arrived.clear();
    changed(Poll.ALL);
  }
}
