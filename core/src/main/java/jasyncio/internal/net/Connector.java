package jasyncio.internal.net;

import jasyncio.Awaitable;
import jasyncio.EventLoop;
import jasyncio.ExceptionGroup;
import jasyncio.WaitInfo;
import jasyncio.internal.base.AwaitedAt;
import jasyncio.internal.base.Durations;
import jasyncio.net.ConnectOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes connected channels. All methods suspend, and close what they opened if they fail or are
/// cancelled.
public final class Connector {
  private final EventLoop loop;
  private final ConnectOptions options;
  private @Nullable List<InetSocketAddress> locals; // what to bind to; null: whatever

  public Connector(EventLoop loop, ConnectOptions options) {
    this.loop = loop;
    this.options = options;
  }

  /// Connects to an address; if it is not resolved, to the first of its host's that answers.
  public SocketChannel connect(SocketAddress address) throws IOException {
    return switch (address) {
      case UnixDomainSocketAddress unix -> connectUnix(unix);
      case InetSocketAddress inet when inet.isUnresolved() ->
          connect(inet.getHostString(), inet.getPort());
      case InetSocketAddress inet -> connect(List.of(inet.getAddress()), inet.getPort());
      default -> throw AddressErrors.unknown(address);
    };
  }

  /// Connects to the first of the host's addresses that answers.
  public SocketChannel connect(String host, int port) throws IOException {
    return connect(Resolver.resolve(loop, host, options.family()), port);
  }

  private SocketChannel connect(List<InetAddress> all, int port) throws IOException {
    var delay = options.happyEyeballsDelay();
    var interleave = options.interleave();
    var addresses =
        Resolver.interleave(all, interleave != null ? interleave : delay != null ? 1 : 0);
    var local = options.localAddress();
    locals = local == null ? null : Resolver.resolveAll(loop, local, options.family());
    var errors = new ArrayList<Throwable>();
    SocketChannel channel = null;
    if (delay == null || addresses.size() == 1) {
      for (int i = 0; i < addresses.size() && channel == null; i++) {
        try {
          channel = connect(addresses.get(i), port);
        } catch (IOException e) {
          errors.add(e);
        }
      }
    } else {
      channel = race(addresses, port, delay, errors);
    }
    if (channel == null) {
      throw failure(errors);
    }
    return channel;
  }

  private @Nullable SocketChannel race(
      List<InetAddress> addresses, int port, Duration delay, List<Throwable> errors) {
    List<Awaitable<SocketChannel, ?>> attempts = new ArrayList<>();
    for (var address : addresses) {
      attempts.add(() -> connect(address, port));
    }
    return Staggered.race(attempts, Durations.seconds(delay), errors, Connector::close);
  }

  private IOException failure(List<Throwable> errors) throws IOException {
    if (options.allErrors()) {
      throw new ExceptionGroup("createConnection failed", errors);
    }
    var first = errors.getFirst();
    boolean same =
        errors.stream().allMatch(e -> String.valueOf(e.getMessage()).equals(first.getMessage()));
    if (same && first instanceof IOException e) {
      return AwaitedAt.add(e); // of a race, it is a task's
    }
    var message =
        "Multiple exceptions: "
            + errors.stream().map(Throwable::getMessage).collect(Collectors.joining(", "));
    boolean refused = errors.stream().allMatch(ConnectException.class::isInstance);
    var several = refused ? new ConnectException(message) : new IOException(message);
    errors.forEach(several::addSuppressed);
    return several;
  }

  private SocketChannel connect(InetAddress address, int port) throws IOException {
    var family = Resolver.familyOf(address);
    SocketChannel channel;
    try {
      channel = LoopIo.of(loop).sockets().openSocketChannel(family);
    } catch (UnsupportedOperationException e) {
      throw new IOException("this system has no sockets of family " + family, e);
    }
    try {
      if (locals != null) {
        bind(channel, family, locals);
      }
      connect(channel, new InetSocketAddress(address, port));
      return channel;
    } catch (Throwable e) {
      close(channel);
      LoopIo.of(loop).letGo(); // the next attempt may bind to the same address
      throw e;
    }
  }

  /// Binds to the first address of the family that can be bound to.
  private void bind(
      SocketChannel channel, StandardProtocolFamily family, List<InetSocketAddress> locals)
      throws IOException {
    LoopIo.of(loop).beforeBind();
    IOException failure =
        new BindException("no matching local address with family=" + family + " found");
    for (var local : locals) {
      if (Resolver.familyOf(local.getAddress()) == family) {
        try {
          channel.bind(local);
          return;
        } catch (IOException e) {
          failure = AddressErrors.bind(local, e);
        }
      }
    }
    throw failure;
  }

  private SocketChannel connectUnix(UnixDomainSocketAddress unix) throws IOException {
    var channel = LoopIo.of(loop).sockets().openSocketChannel(StandardProtocolFamily.UNIX);
    try {
      connect(channel, unix);
      return channel;
    } catch (Throwable e) {
      close(channel);
      LoopIo.of(loop).letGo(); // the next attempt may bind to the same address
      throw e;
    }
  }

  /// Connects an open channel, which is put into non-blocking mode.
  private void connect(SocketChannel channel, SocketAddress address) throws IOException {
    channel.configureBlocking(false);
    try {
      if (!channel.connect(address)) {
        awaitConnection(channel, address);
      }
    } catch (IOException e) {
      throw AddressErrors.connect(address, e);
    }
  }

  /// The coroutine itself looks how it went, so that no failure lies about unread if it is
  /// cancelled in the same iteration.
  private void awaitConnection(SocketChannel channel, SocketAddress address) throws IOException {
    do {
      awaitConnectable(channel, address);
    } while (!channel.finishConnect());
  }

  private void awaitConnectable(SocketChannel channel, SocketAddress address) throws IOException {
    var ready = new LazyWaitList(channel);
    var watch = LoopIo.of(loop).watch(channel);
    watch.setConnector(LoopIo.of(loop).callback(ready::wakeAll));
    try {
      ready.await(() -> new WaitInfo(WaitInfo.Kind.IO, "the connection to " + Peers.text(address)));
    } finally {
      watch.setConnector(null);
    }
  }

  public static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // it was not connected: nobody misses anything
    }
  }
}
