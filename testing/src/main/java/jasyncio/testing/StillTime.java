package jasyncio.testing;

import jasyncio.internal.loop.Channels;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.Waiting;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Virtual time for a loop that is driven: it stops the loop when enough has happened, or nothing
/// can happen any more.
final class StillTime implements Waiting {
  /* Overview
   * Who is sure to call, a job in an executor say, is waited for, as far as the patience goes. Channels, and futures of the
   * JDK, are given a moment in real time before the next timer has its turn: whether anything comes of them cannot be
   * known, as who awaits such a future may well complete it by a timer. The moment is a long one, because a busy machine
   * takes its time even between two sockets of one process: a quarter of the patience. Where there is no timer, all are
   * given as much as the patience is. With no patience at all there is nobody else.
   */
  private static final int MOMENTS = 4; // that the patience is

  private final Inbox inbox;
  private final long patienceNanos;
  private final VirtualTime time;
  private final Runnable stop;
  private final Supplier<@Nullable Entry> instead;
  private BooleanSupplier enough = () -> false;
  private long began = System.nanoTime();

  /// @param patienceNanos how long others are waited for while nothing else can happen
  /// @param stop has the loop stop
  /// @param instead what is to run before time passes, if something is
  StillTime(
      Inbox inbox,
      Channels channels,
      Outside outside,
      long patienceNanos,
      Runnable stop,
      Supplier<@Nullable Entry> instead) {
    this.inbox = inbox;
    this.time = new VirtualTime(inbox, channels, outside);
    this.patienceNanos = patienceNanos;
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
    boolean alone = patienceNanos == 0 || !time.isHeldBack();
    if (enough.getAsBoolean() || (nanos == FOREVER && (alone || patience() <= 0))) {
      stop.run();
    } else if (!alone) {
      awaitOthers(nanos);
    } else {
      var entry = instead.get();
      if (entry != null) {
        send(entry);
      } else {
        time.pass(nanos);
      }
    }
  }

  private void awaitOthers(long nanos) {
    boolean sure = nanos == FOREVER || time.isSureToBeCalled();
    long limit = sure ? Math.max(1, patience()) : Math.min(nanos, patienceNanos / MOMENTS);
    long before = System.nanoTime();
    time.awaitOutside(limit);
    if (nanos != FOREVER && System.nanoTime() - before >= limit) { // nobody has come
      time.pass(nanos);
    }
  }

  private long patience() {
    return began + patienceNanos - System.nanoTime();
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
