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
   * On a runtime that does not notice blocking calls, the fiber that seems to be in one is interrupted before that. If
   * its code has not got that by the time of `told`, it was in none, or the call was one that waits on.
   */
  private final Hub hub;
  private final Consumer<Entry> sender;
  private volatile @Nullable Consumer<@Nullable Fiber> listener; // set by the logical thread
  private volatile boolean pending; // set by any thread, reset by the logical one
  private volatile @Nullable Fiber interrupted; // likewise: who was, as it seemed to block

  LoopInterrupts(Hub hub, Consumer<Entry> sender) {
    this.hub = hub;
    this.sender = sender;
  }

  void setListener(Consumer<@Nullable Fiber> listener) {
    this.listener = listener;
  }

  /// Takes the listener back. Returns whether there was an interrupt of which it was not told.
  boolean removeListener() {
    listener = null;
    boolean wasPending = pending;
    pending = false;
    takeInterrupted();
    return wasPending;
  }

  /// The thread was interrupted. Any thread.
  ///
  /// @return whether there is a listener
  boolean note() {
    if (listener == null) {
      return false;
    }
    if (!hub.noticesBlocked()) {
      var blocked = hub.interruptBlocked();
      if (blocked != null) { // else it stays: of an interrupt that is not told yet
        interrupted = blocked;
      }
    }
    pending = true;
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

  /// Tells the listener, unless it has been told.
  void tell() {
    var l = listener;
    if (pending && l != null) {
      pending = false;
      l.accept(takeInterrupted());
    }
  }

  /// Who has got the interrupt in a blocking call, if somebody has.
  private @Nullable Fiber takeInterrupted() {
    var fiber = interrupted;
    interrupted = null;
    return fiber == null || hub.takeInterrupt(fiber) ? null : fiber;
  }
}
