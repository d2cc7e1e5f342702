package jasyncio.internal.loop;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Waits with the loop's thread, in real time.
public final class Sleeper implements Waiting {
  /* Overview
   * Two states:  AWAKE -> ASLEEP   await(), by the loop's logical thread
   *              ASLEEP -> AWAKE   likewise, once it has been woken or had no reason to wait
   *
   * The loop sets `asleep`, looks at the inbox once more, and waits; a sender fills the inbox and then looks at
   * `asleep`. Both are volatile, so one of them sees the other. It waits in the selector, or parks as long as nobody
   * needs a selector (opening one, and waking a thread out of it, is dearer). Both wake-ups are sticky, so they may
   * come before the wait begins. WakeUpLincheckTest tries all interleavings.
   */
  private final Inbox inbox;
  private final Channels channels;
  private final LongSupplier clock;
  private @Nullable Thread sleeper; // logical thread: set before `asleep`, which senders read first
  private volatile boolean asleep; // written by the logical thread, read by any

  public Sleeper(Inbox inbox, Channels channels, LongSupplier clock) {
    this.inbox = inbox;
    this.channels = channels;
    this.clock = clock;
  }

  @Override
  public long nanos() {
    return clock.getAsLong();
  }

  @Override
  public void send(Entry entry) {
    inbox.push(entry);
    if (asleep && !channels.wakeUp()) {
      LockSupport.unpark(sleeper);
    }
  }

  @Override
  public void await(long nanos) {
    // Whole milliseconds, as epoll counts: else each of many timers would wake the loop by itself.
    long millis = nanos == FOREVER ? FOREVER : (nanos + 999_999) / 1_000_000;
    sleeper = Thread.currentThread();
    asleep = true;
    try {
      if (!inbox.isEmpty()) {
        return;
      }
      if (channels.hasSelector()) {
        channels.select(millis);
      } else if (millis == FOREVER) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, millis * 1_000_000);
      }
    } finally {
      asleep = false;
      sleeper = null; // a fiber of the portable runtime, and all that it holds
    }
  }

  @Override
  public boolean isWaiting() {
    return asleep;
  }
}
