package jasyncio.internal.loop;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A channel on a loop's selector, and what is to run when it is ready; the attachment of its key.
/// Belongs to the loop's logical thread.
///
/// An entry that is set gets its turn in every iteration in which the channel is ready for it. One
/// that is queued already when it is taken away still gets its turn: it has to find out by itself.
public final class Watch {
  private final SelectableChannel channel;
  private @Nullable SelectionKey key; // null until it is on the selector
  private boolean ended;
  private @Nullable Entry reader;
  private @Nullable Entry writer;
  private @Nullable Object owner;
  private int ops; // as the key's, which takes a lock to read

  Watch(SelectableChannel channel) {
    this.channel = channel;
  }

  /// Puts the channel on the selector.
  void register(Selector selector) throws ClosedChannelException {
    key = channel.register(selector, ops, this);
  }

  /// What runs when the channel can be read from, or accepts; `null` for nothing.
  public void setReader(@Nullable Entry entry) {
    reader = entry;
    int mask = SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;
    setOps(mask, entry == null ? 0 : mask & channel.validOps());
  }

  /// What runs when the channel can be written to, or a connect that is under way ends; `null` for
  /// nothing.
  public void setWriter(@Nullable Entry entry) {
    writer = entry;
    int mask = SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;
    setOps(mask, entry == null ? 0 : mask & channel.validOps());
  }

  /// What runs when the channel is connected, or has failed to; `null` for nothing.
  public void setConnector(@Nullable Entry entry) {
    writer = entry;
    setOps(
        SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT,
        entry == null ? 0 : SelectionKey.OP_CONNECT);
  }

  public @Nullable Entry reader() {
    return reader;
  }

  public @Nullable Entry writer() {
    return writer;
  }

  private void setOps(int mask, int wanted) {
    int now = (ops & ~mask) | wanted;
    if (now != ops) {
      ops = now;
      var k = key;
      try {
        if (k != null) {
          k.interestOps(now);
        }
      } catch (CancelledKeyException e) {
        // the channel is closed: it is never ready again
      }
    }
  }

  /// Who alone may use the channel, if anybody.
  public @Nullable Object owner() {
    return owner;
  }

  public void setOwner(@Nullable Object owner) {
    this.owner = owner;
  }

  /// Takes the channel off the selector, from the loop's next iteration on.
  public void end() {
    reader = null;
    writer = null;
    owner = null;
    ops = 0;
    ended = true;
    if (key != null) {
      key.cancel();
    }
  }

  boolean hasEnded() {
    return ended;
  }

  /// The key was selected: notes what is to run. Called inside select; does nothing else.
  void ready(List<Entry> io) {
    try {
      add(Objects.requireNonNull(key).readyOps(), io);
    } catch (CancelledKeyException e) { // another thread has closed the channel just now
      failed(io);
    }
  }

  /// The channel cannot be watched any more: whoever reads or writes has to find out, and nobody
  /// else would tell them.
  void failed(List<Entry> io) {
    add(-1, io);
  }

  private void add(int readyOps, List<Entry> io) {
    if (reader != null && (readyOps & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0) {
      io.add(reader);
    }
    if (writer != null && (readyOps & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0) {
      io.add(writer);
    }
  }
}
