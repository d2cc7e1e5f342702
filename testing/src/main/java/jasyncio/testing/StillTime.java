package jasyncio.testing;

import jasyncio.internal.loop.Channels;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.Waiting;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Virtual time for a loop that is driven: it stops the loop when enough has happened, or nothing
/// can happen any more.
final class StillTime implements Waiting {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10); // with the outside

  private final Inbox inbox;
  private final VirtualTime time;
  private final Runnable stop;
  private final Supplier<@Nullable Entry> instead;
  private BooleanSupplier enough = () -> false;
  private long began = System.nanoTime();

  /// @param stop has the loop stop
  /// @param instead what is to run before time passes, if something is
  StillTime(
      Inbox inbox,
      Channels channels,
      Outside outside,
      Runnable stop,
      Supplier<@Nullable Entry> instead) {
    this.inbox = inbox;
    this.time = new VirtualTime(inbox, channels, outside);
    this.stop = stop;
    this.instead = instead;
  }

  /// The loop is going to run, until nothing is ready and `enough` is true, or nothing can happen.
  void begin(BooleanSupplier enough) {
    this.enough = enough;
    this.began = System.nanoTime();
  }

  @Override
  public void await(long nanos) {
    if (!inbox.isEmpty()) {
      return;
    }
    boolean inside = !time.isHeldBack();
    if (enough.getAsBoolean() || (inside ? nanos == FOREVER : patience() <= 0)) {
      stop.run();
      return;
    }
    var entry = inside ? instead.get() : null;
    if (entry != null) {
      send(entry);
    } else {
      time.await(inside ? nanos : Math.min(nanos, patience()));
    }
  }

  private long patience() {
    return began + PATIENCE_NANOS - System.nanoTime();
  }

  @Override
  public long nanos() {
    return time.nanos();
  }

  @Override
  public void send(Entry entry) {
    time.send(entry);
  }

  @Override
  public boolean isWaiting() {
    return time.isWaiting();
  }
}
