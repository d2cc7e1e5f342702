package jasyncio.internal.net;

import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.TimerHandle;
import jasyncio.internal.base.Log;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.Watch;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Accepts connections on one listening channel.
///
/// What is to be done with a connection begins one iteration after it was accepted, in a context of
/// its own, as the task does that asyncio has for it.
public final class Acceptor implements LoopOwned {
  private static final double RETRY_DELAY = 1; // seconds, after an error

  /// What to do with a new connection, in non-blocking mode.
  public interface Accepted {
    void accept(SocketChannel channel) throws IOException;
  }

  private final EventLoop loop;
  private final ServerSocketChannel channel;
  private final int backlog;
  private Accepted accepted;
  private final Watch watch;
  private final LoopIo io;
  private @Nullable CancellableEntry ready; // once it has started, in the context of who did that
  private final ArrayDeque<SocketChannel> arrived = new ArrayDeque<>();
  private @Nullable TimerHandle retry;
  private boolean closed;

  public Acceptor(EventLoop loop, ServerSocketChannel channel, int backlog, Accepted accepted)
      throws IOException {
    this.loop = loop;
    this.channel = channel;
    this.backlog = backlog;
    this.accepted = accepted;
    this.io = LoopIo.of(loop);
    this.watch = io.watch(channel);
    watch.setOwner(this);
  }

  public ServerSocketChannel channel() {
    return channel;
  }

  public String address() {
    try {
      return closed ? "closed" : String.valueOf(channel.getLocalAddress());
    } catch (IOException e) {
      return "closed";
    }
  }

  public void start() {
    if (ready == null) {
      ready = io.callback(this::acceptReady);
    }
    watch.setReader(ready);
  }

  private void acceptReady() {
    for (int i = 0; i <= backlog && !closed; i++) {
      SocketChannel connection;
      try {
        connection = channel.accept();
      } catch (IOException e) {
        pause(e);
        return;
      }
      if (connection == null) {
        return;
      }
      arrived.add(connection);
      loop.callSoon(this::welcome);
    }
  }

  private void welcome() {
    var connection = arrived.poll();
    if (connection == null) {
      return; // closed meanwhile
    }
    try {
      accepted.accept(connection);
    } catch (IOException e) { // it is gone again
      Connector.close(connection);
    } catch (KeyboardInterrupt | SystemExit e) {
      Connector.close(connection);
      throw e;
    } catch (Throwable e) {
      Connector.close(connection);
      loop.callExceptionHandler(
          ErrorContext.of("Error on transport creation for incoming connection").exception(e));
    }
  }

  /// Out of file descriptors, most likely: new connections wait until others have ended.
  private void pause(IOException e) {
    watch.setReader(null);
    retry = loop.callLater(RETRY_DELAY, this::start);
    loop.callExceptionHandler(
        ErrorContext.of("cannot accept a connection; trying again in a second")
            .exception(e)
            .detail("socket", channel));
  }

  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (retry != null) {
      retry.cancel();
    }
    watch.end();
    closeChannel(channel);
    arrived.forEach(Connector::close);
    arrived.clear();
    accepted = Acceptor::refuse; // it keeps nobody
    if (ready != null) {
      io.cancel(ready);
    }
    io.letGo(); // nobody is to get in any more, and others may have the address
  }

  private static void refuse(SocketChannel connection) {
    Connector.close(connection);
  }

  @Override
  public void loopCloses() {
    close();
  }

  public static void closeChannel(ServerSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      Log.log(System.Logger.Level.DEBUG, "cannot close a listening socket", e);
    }
  }
}
