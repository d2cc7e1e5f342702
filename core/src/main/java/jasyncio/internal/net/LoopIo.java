package jasyncio.internal.net;

import jasyncio.Context;
import jasyncio.EventLoop;
import jasyncio.Handle;
import jasyncio.internal.base.Log;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.IoState;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopCore;
import jasyncio.internal.loop.Watch;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a loop's transports share. The loop's thread only.
public final class LoopIo extends IoState {
  /// How much is read at once: as much as asyncio reads.
  private static final int BUFFER_SIZE = 256 * 1024;

  private final EventLoop loop;
  private final LoopCore core;
  private final Set<LoopOwned> owned = new LinkedHashSet<>(); // what no watch knows
  private @Nullable ByteBuffer buffer; // null while somebody reads into it
  private @Nullable TlsBuffers tlsBuffers;

  private LoopIo(EventLoop loop, LoopCore core) {
    this.loop = loop;
    this.core = core;
  }

  /// That of `loop`.
  public static LoopIo of(EventLoop loop) {
    var core = LoopAccess.get().core(loop);
    return core.channels().io(LoopIo.class, () -> new LoopIo(loop, core));
  }

  /// What makes the loop's sockets.
  public SelectorProvider sockets() {
    return core.channels().network().provider();
  }

  /// Whether [#addresses] may block.
  boolean findsAddressesSlowly() {
    return core.channels().network().blocks();
  }

  /// The addresses of a host.
  List<InetAddress> addresses(String host) throws UnknownHostException {
    return core.channels().network().addresses(host);
  }

  /// Puts a channel on the selector, in non-blocking mode, if it is not there yet.
  ///
  /// @throws IOException if the channel is closed
  public Watch watch(SelectableChannel channel) throws IOException {
    channel.configureBlocking(false);
    return core.channels().watch(channel);
  }

  /// A channel that is on the selector already, or `null`.
  public @Nullable Watch watched(SelectableChannel channel) {
    return core.channels().watched(channel);
  }

  /// Has the selector let go of the channels that were closed, or taken off it, at once: else their
  /// sockets stay open until the end of the iteration, as they do when very many are closed in it.
  public void letGo() {
    core.letGo();
  }

  /// Somebody is going to bind to an address: no channel that was closed is to have it any more.
  public void beforeBind() {
    core.letGoOfAll();
  }

  /// A callback of the loop, in the context of now, for [Watch] or to be cancelled.
  public CancellableEntry callback(Runnable callback) {
    return LoopAccess.get().callback(loop, callback);
  }

  /// A callback of the loop, in a given context.
  public CancellableEntry callback(Runnable callback, Context context) {
    return LoopAccess.get().callback(loop, callback, context);
  }

  /// Cancels what [#callback] gave, even if it is queued already. Nothing is kept of it.
  public void cancel(CancellableEntry callback) {
    ((Handle) callback).cancel();
  }

  /// Has the loop run what [#callback] gave, in its next iteration.
  public void schedule(CancellableEntry callback) {
    core.schedule(callback);
  }

  /// Has something without a channel on the selector be closed with the loop.
  public void own(LoopOwned something) {
    owned.add(something);
  }

  /// Takes back what [#own] said.
  public void disown(LoopOwned something) {
    owned.remove(something);
  }

  /// Says that another thread is going to call the loop: it does not wait in vain.
  public void answerExpected() {
    LoopAccess.get().answerExpected(loop);
  }

  /// Says that it has called, or will not any more. Any thread.
  public void answered() {
    LoopAccess.get().answered(loop);
  }

  /// Takes the loop's read buffer, empty and direct. Bring it back with [#release]: a callback that
  /// blocks under policy SWITCH may be in the middle of it while another one reads.
  public ByteBuffer acquire() {
    var b = buffer;
    buffer = null;
    return b == null ? ByteBuffer.allocateDirect(BUFFER_SIZE) : b.clear();
  }

  /// Brings the read buffer back.
  public void release(ByteBuffer b) {
    buffer = b;
  }

  /// The buffers of the loop's TLS connections.
  TlsBuffers tlsBuffers() {
    var b = tlsBuffers;
    if (b == null) {
      b = new TlsBuffers();
      tlsBuffers = b;
    }
    return b;
  }

  /// The loop is being closed: closes what is still open.
  @Override
  protected void close(Iterable<Watch> watches) {
    buffer = null;
    tlsBuffers = null;
    for (var watch : watches) {
      if (watch.owner() instanceof LoopOwned owner) {
        close(owner);
      }
    }
    List.copyOf(owned).forEach(LoopIo::close);
  }

  /// One that fails does not keep the others open.
  private static void close(LoopOwned something) {
    try {
      something.loopCloses();
    } catch (Throwable e) {
      Log.log(Level.WARNING, () -> "cannot close " + something + " with its event loop", e);
    }
  }
}
