package jasyncio.testing.internal.net;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelectionKey;
import java.util.concurrent.atomic.AtomicInteger;

/// A channel on a selector.
final class SimKey extends AbstractSelectionKey {
  private final SimChannel channel;
  private final SimSelector selector;
  final long number; // in the order of registration
  private final AtomicInteger interest = new AtomicInteger();
  private volatile int ready;
  int watched; // what the selector looks for: the interest when it was last asked; under the lock
  boolean queued; // the selector will look at it; under the lock

  SimKey(SimChannel channel, SimSelector selector, long number) {
    this.channel = channel;
    this.selector = selector;
    this.number = number;
  }

  @Override
  public SelectableChannel channel() {
    return channel.self();
  }

  @Override
  public SimSelector selector() {
    return selector;
  }

  SimChannel simChannel() {
    return channel;
  }

  // ---- what its owner asks for ------------------------------------------------------------------

  private void ensureValid() {
    if (!isValid()) {
      throw new CancelledKeyException();
    }
  }

  private void check(int ops) {
    ensureValid();
    if ((ops & ~channel().validOps()) != 0) {
      throw new IllegalArgumentException();
    }
  }

  @Override
  public int interestOps() {
    ensureValid();
    return interest.get();
  }

  int interest() {
    return interest.get();
  }

  @Override
  public SelectionKey interestOps(int ops) {
    check(ops);
    if (interest.getAndSet(ops) != ops) {
      selector.interestChanged(this);
    }
    return this;
  }

  @Override
  public int interestOpsOr(int ops) {
    check(ops);
    int old = interest.getAndUpdate(now -> now | ops);
    if ((old | ops) != old) {
      selector.interestChanged(this);
    }
    return old;
  }

  @Override
  public int interestOpsAnd(int ops) {
    ensureValid();
    int old = interest.getAndUpdate(now -> now & ops);
    if ((old & ops) != old) {
      selector.interestChanged(this);
    }
    return old;
  }

  @Override
  public int readyOps() {
    ensureValid();
    return ready;
  }

  // ---- what the selector finds ------------------------------------------------------------------

  /// Something may be ready; under the lock.
  void changed(int what) {
    if ((wanted() & what) != 0) {
      selector.lookAt(this);
    }
  }

  /// The bits that make it ready. Errors always do, as long as anything is watched for.
  private int wanted() {
    return watched == 0 ? 0 : channel.pollBits(watched) | Poll.ERR | Poll.HUP;
  }

  /// The bits for which it is ready, under the lock.
  int found() {
    int wanted = wanted();
    return wanted == 0 ? 0 : channel.endpoint().poll() & wanted;
  }

  /// Sets what it is ready for; what it was before counts unless `anew`.
  ///
  /// @return whether there is anything new
  boolean setReady(int bits, boolean anew) {
    int old = ready;
    int asked = interest.get();
    int now = anew ? 0 : old;
    if ((bits & (Poll.ERR | Poll.HUP)) != 0) {
      now = asked;
    } else {
      now |= channel.readyOps(bits, asked);
    }
    ready = now;
    return anew ? (now & asked) != 0 : (now & ~old) != 0;
  }

  @Override
  public String toString() {
    var state = isValid() ? "interestOps=" + interest + ", readyOps=" + ready : "invalid";
    return "channel=" + channel + ", selector=" + selector + ", " + state;
  }
}
