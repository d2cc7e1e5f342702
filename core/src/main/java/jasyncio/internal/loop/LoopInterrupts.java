package jasyncio.internal.loop;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.fiber.Hub;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Interrupts of the thread that runs a loop: told to a listener, if there is one, where no user
/// code may run.
final class LoopInterrupts {
  /* Overview
   * An interrupt:  noted -> told        by an entry, or while the hub waits for a fiber in a blocking call, whichever
   *                                     comes first; by the logical thread
   *                noted -> taken back  the listener leaves before that
   * On a runtime that does not notice blocking calls, the thread that seems to be in one is interrupted, too.
   */
  private final Hub hub;
  private final Consumer<Entry> sender;
  private volatile @Nullable Consumer<@Nullable Thread> listener; // set by the logical thread
  private volatile boolean pending; // set by any thread, reset by the logical one
  private volatile @Nullable Thread interrupted; // likewise: who was interrupted as it blocked

  LoopInterrupts(Hub hub, Consumer<Entry> sender) {
    this.hub = hub;
    this.sender = sender;
  }

  void setListener(Consumer<@Nullable Thread> listener) {
    this.listener = listener;
  }

  /// Takes the listener back. Returns whether there was an interrupt of which it was not told.
  boolean removeListener() {
    listener = null;
    boolean wasPending = pending;
    pending = false;
    interrupted = null;
    return wasPending;
  }

  /// The thread was interrupted. Any thread.
  ///
  /// @return whether there is a listener
  boolean note() {
    if (listener == null) {
      return false;
    }
    var blocked = hub.noticesBlocked() ? null : hub.blockingThread();
    interrupted = blocked;
    pending = true;
    if (blocked != null) { // before the loop goes on: the thread may carry its wait, see takeBack()
      blocked.interrupt();
    }
    sender.accept(
        new Entry() {
          @Override
          protected @Nullable Fiber turn() {
            tell();
            return null;
          }
        });
    hub.wakeFromBlocked();
    return true;
  }

  /// The loop's own wait was interrupted, on its logical thread. Whether that is only because the
  /// wait was taken for a blocking call: from outside it cannot be told for sure.
  boolean takeBack(Thread thread) {
    if (interrupted != thread) {
      return false;
    }
    interrupted = null;
    return true;
  }

  /// Tells the listener, unless it has been told.
  void tell() {
    var l = listener;
    if (pending && l != null) {
      pending = false;
      if (Thread.currentThread() == interrupted && Thread.interrupted()) {
        interrupted = null; // as in takeBack(): it came just after the wait
      }
      var thread = interrupted;
      interrupted = null;
      l.accept(thread);
    }
  }
}
