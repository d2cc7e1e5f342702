package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.WaitInfo;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.Watch;
import jasyncio.net.BaseTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// A channel of the program's own on a loop's selector: what is called, or waits, when it is ready.
///
/// It is the owner of the channel's [Watch] as long as there is a reader or a writer; then the
/// channel is taken off the selector again, so that the program can do with it what it likes.
///
/// A coroutine that waits has a future here, and no place in a list: from the moment it is
/// cancelled it does not count any more, as in asyncio, and another one may wait before it has gone
/// on.
public final class BareChannel {
  /// What a channel can be ready for.
  public enum Side {
    READ,
    WRITE
  }

  /// Tries something that does not block.
  public interface Attempt<T> {
    /// The result, or `null` if the channel is not ready for it.
    @Nullable T tryNow() throws IOException;
  }

  private final EventLoop loop;
  private final LoopIo io;
  private final SelectableChannel channel;
  private final Watch watch;
  private final Use reader = new Use();
  private final Use writer = new Use();

  /// What is to run on one side, and the coroutine's future if one waits there.
  private static final class Use {
    @Nullable CancellableEntry callback;
    @Nullable Future<Boolean> waiter;
  }

  private BareChannel(EventLoop loop, LoopIo io, SelectableChannel channel) throws IOException {
    this.loop = loop;
    this.io = io;
    this.channel = channel;
    this.watch = io.watch(channel);
    watch.setOwner(this);
  }

  /// That of a channel, new if there is none.
  ///
  /// @throws IllegalArgumentException if the channel is closed or blocks
  /// @throws IllegalStateException if a transport or a server has it
  public static BareChannel of(EventLoop loop, SelectableChannel channel) {
    check(channel);
    var there = find(loop, channel);
    if (there != null) {
      return there;
    }
    try {
      return new BareChannel(loop, LoopIo.of(loop), channel);
    } catch (IOException e) { // another thread has closed it just now
      throw new UncheckedIOException(e);
    }
  }

  /// That of a channel, if it has one.
  ///
  /// @throws IllegalStateException if a transport or a server has it
  public static @Nullable BareChannel find(EventLoop loop, SelectableChannel channel) {
    var watch = LoopIo.of(loop).watched(channel);
    var owner = watch == null ? null : watch.owner();
    if (owner == null || owner instanceof BareChannel) {
      return (BareChannel) owner;
    }
    var user =
        switch (owner) {
          case BaseTransport transport -> "transport " + transport;
          case Acceptor _ -> "a server";
          default -> "the transport of a pipe";
        };
    throw new IllegalStateException(
        "the channel " + channel + " is used by " + user + "; use that, or a channel of your own");
  }

  /// Ends the bare use of a channel, for whoever is going to have it alone.
  ///
  /// @throws IllegalStateException if a transport or a server has it, or a coroutine waits for it
  public static void free(EventLoop loop, SelectableChannel channel) {
    var bare = find(loop, channel);
    if (bare != null) {
      bare.checkNobodyWaits(Side.READ);
      bare.checkNobodyWaits(Side.WRITE);
      bare.remove(Side.READ);
      bare.remove(Side.WRITE);
    }
  }

  public static void check(SelectableChannel channel) {
    if (!channel.isOpen()) {
      throw new IllegalArgumentException("the channel is closed: " + channel);
    }
    if (channel.isBlocking()) {
      throw new IllegalArgumentException(
          "the channel must be non-blocking; call configureBlocking(false) first");
    }
  }

  /// Waits until `attempt` gives something. It is tried by the coroutine itself, so that what a
  /// cancelled one would have taken stays where it is. Suspends.
  public static <T> T await(
      EventLoop loop, SelectableChannel channel, Side side, Attempt<T> attempt) throws IOException {
    check(channel);
    find(loop, channel);
    for (var result = attempt.tryNow(); ; result = attempt.tryNow()) {
      if (result != null) {
        return result;
      }
      of(loop, channel).awaitReady(side);
    }
  }

  private void awaitReady(Side side) {
    var waiter = loop.<Boolean>createFuture(() -> new WaitInfo(WaitInfo.Kind.IO, waitedFor(side)));
    var callback =
        io.callback(() -> {
          if (!waiter.done()) {
            waiter.setResult(true);
          }
        });
    set(side, callback, waiter);
    try {
      waiter.await();
    } finally {
      if (use(side).callback == callback) {
        remove(side);
      }
    }
    if (channel.isOpen()) {
      check(channel); // it must not block the loop
    }
  }

  private String waitedFor(Side side) {
    try {
      if (channel instanceof ServerSocketChannel server && server.getLocalAddress() != null) {
        return "a connection to " + Peers.text(server.getLocalAddress());
      } else if (channel instanceof SocketChannel socket && socket.isConnectionPending()) {
        return "the connection to " + Peers.text(socket.getRemoteAddress());
      }
    } catch (IOException e) { // it is closed
    }
    return (side == Side.READ ? "something to read from " : "room to write to ") + channel;
  }

  /// Has a callback run whenever the channel is ready, in place of the one before.
  public void set(Side side, Runnable callback) {
    set(side, io.callback(callback), null);
  }

  private void set(Side side, CancellableEntry callback, @Nullable Future<Boolean> waiter) {
    checkNobodyWaits(side);
    var use = use(side);
    if (use.callback != null) {
      io.cancel(use.callback);
    }
    use.callback = callback;
    use.waiter = waiter;
    update(side, callback);
  }

  private void checkNobodyWaits(Side side) {
    var waiter = use(side).waiter;
    if (waiter != null && !waiter.done()) {
      throw new IllegalStateException(
          "another coroutine is waiting already to "
              + (side == Side.READ ? "read from " : "write to ")
              + channel);
    }
  }

  /// Has no callback run on that side any more, even if it is queued already. A coroutine that
  /// waits there goes on waiting.
  ///
  /// @return whether there was one
  public boolean removeCallback(Side side) {
    return use(side).waiter == null && remove(side);
  }

  private boolean remove(Side side) {
    var use = use(side);
    if (use.callback == null) {
      return false;
    }
    io.cancel(use.callback);
    use.callback = null;
    use.waiter = null;
    update(side, null);
    return true;
  }

  private Use use(Side side) {
    return side == Side.READ ? reader : writer;
  }

  private void update(Side side, @Nullable CancellableEntry callback) {
    if (watch.owner() != this) {
      return; // a transport has taken it meanwhile
    }
    if (reader.callback == null && writer.callback == null) {
      watch.end();
      if (!(channel instanceof SocketChannel)) { // of those there may be very many at once
        io.letGo(); // its owner may close it right now, and others want its address
      }
    } else if (side == Side.READ) {
      watch.setReader(callback);
    } else {
      watch.setWriter(callback);
    }
  }
}
