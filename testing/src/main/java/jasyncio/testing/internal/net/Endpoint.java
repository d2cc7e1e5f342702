package jasyncio.testing.internal.net;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/// What a file descriptor stands for: somebody can wait for it, a selector or a thread. All methods
/// under the network's lock.
abstract class Endpoint {
  static final long FOREVER = Long.MAX_VALUE;

  final SimHost host;
  final SimNetwork net;
  private List<SimKey> keys = List.of(); // most have one, many none
  private @Nullable Condition changed; // once a thread has waited
  private long alarm = FOREVER; // when the threads look again, whatever happens
  private boolean descriptor; // whether it counts as one of the host's
  boolean vanished; // the host has crashed

  Endpoint(SimHost host) {
    this.host = host;
    this.net = host.network();
  }

  /// What it is ready for, [Poll]'s bits.
  abstract int poll();

  /// The program lets go of it.
  abstract void close();

  /// It is gone, without a word to anybody.
  void vanish() {
    vanished = true;
    changed(Poll.ALL);
  }

  // ---- descriptors ------------------------------------------------------------------------------

  /// It now counts as a file descriptor; there must be one left.
  final void open() {
    descriptor = true;
    host.opened(this);
  }

  /// Whether it did: the first call says yes.
  final boolean release() {
    boolean was = descriptor;
    if (was) {
      descriptor = false;
      host.released(this);
    }
    return was;
  }

  // ---- who waits --------------------------------------------------------------------------------

  final void add(SimKey key) {
    var now = new ArrayList<>(keys);
    now.add(key);
    keys = now;
  }

  final void remove(SimKey key) {
    if (keys.size() == 1 && keys.getFirst() == key) {
      keys = List.of();
    } else if (!keys.isEmpty()) {
      keys.remove(key);
    }
  }

  /// Something may have become ready.
  ///
  /// @param what it can only be these bits
  final void changed(int what) {
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).changed(what);
    }
    if (changed != null) {
      changed.signalAll();
    }
  }

  /// Waits, letting go of the lock, until anything may have changed; at the latest until a time of
  /// the world's.
  @SuppressWarnings("WaitNotInLoop") // who calls has the loop
  final void await(long deadline) {
    if (changed == null) {
      changed = net.lock.newCondition();
    }
    if (deadline < alarm) {
      alarm = deadline;
      net.at(deadline, this::ring);
    }
    changed.awaitUninterruptibly(); // an interrupt closes the channel, which wakes us
  }

  private void ring() {
    alarm = FOREVER;
    if (changed != null) {
      changed.signalAll();
    }
  }

  /// Whether `deadline` is over.
  final boolean isOver(long deadline) {
    return deadline != FOREVER && net.nanos() >= deadline;
  }
}
