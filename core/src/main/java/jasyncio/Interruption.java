package jasyncio;

import jasyncio.internal.base.Interrupts;
import jasyncio.internal.fiber.VirtualThreads;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A wish to cancel a task that travels as an interrupt, because the task waits in a blocking call.
/// Belongs to the loop's logical thread.
final class Interruption {
  /* Overview
   * States:  SENT -> HEARD      what was called says so: it took the flag, or declares that it minds
   *          SENT -> UNHEARD    a monitor, lock(), join(): it waited on; the flag is taken back
   *          HEARD, UNHEARD -> SENT    the task blocks again: a library swallowed it and tries once more
   * When the call ends is not seen; that it has ended is clear as soon as the task calls us or blocks again.
   *
   * UNHEARD is due at the next await, like any wish. HEARD is not: what awaits now is most likely clean-up
   * that runs while the exception of the call is on its way. If the task blocks again, then it was swallowed
   * before, or the call only seemed to hear it, as lock() does; an await throws it, too. Over it is with the
   * wish itself: see Future.takeWish.
   *
   * A call that waits on and a library that tries again cannot be told apart from outside. So repetitions come
   * at once only to calls that declare to mind, and after some of these with growing pauses: others would spin.
   */
  private static final int AT_ONCE = 16;
  private static final long FIRST_PAUSE_NANOS = 10_000_000;
  private static final int MAX_DOUBLINGS = 7; // 1.3 s

  final Cancellation cancellation;
  private @Nullable Thread thread; // the last to which it was sent
  private boolean onItsWay;
  private boolean declared; // the call declares to mind
  private boolean noticed; // somebody took the flag
  private int sent;
  private int heldOff; // bodies of uninterrupted() that run
  private boolean onlyOnce;
  private boolean outlived; // the task blocked again

  Interruption(Cancellation cancellation) {
    this.cancellation = cancellation;
  }

  /// Sends it to a thread that waits in a blocking call.
  void send(Thread blocked) {
    if (onItsWay || heldOff > 0) {
      return;
    }
    declared = Interrupts.isMindedBy(blocked);
    thread = blocked;
    onItsWay = true;
    sent++;
    blocked.interrupt();
  }

  /// It was sent to a thread by somebody else, and what was called has got it.
  void hasReached(Thread blocked) {
    thread = blocked;
    noticed = true;
    sent++;
  }

  /// Whether it was sent, and the call has not ended yet as far as is known.
  boolean isOnItsWay() {
    return onItsWay;
  }

  /// The call to which it was sent has ended. Idempotent.
  void settle() {
    if (onItsWay) {
      onItsWay = false;
      noticed |= !takeFlag(); // a library that swallowed it once may restore the flag of the next
    }
  }

  /// It is over: nobody else is to get it.
  void withdraw() {
    if (thread != null) {
      takeFlag();
    }
  }

  private boolean takeFlag() {
    return VirtualThreads.clearInterrupt(Objects.requireNonNull(thread));
  }

  /// The task blocks again: what it was sent to waits on, as `lock()` does, which takes the flag
  /// meanwhile; or it was swallowed.
  void outlive() {
    outlived |= sent > 0 && heldOff == 0;
  }

  /// Whether an await is to throw it.
  boolean isDue() {
    return !(declared || noticed) || outlived;
  }

  /// Whether user code got it as an exception, as far as can be seen.
  boolean isNoticed() {
    return noticed;
  }

  /// If it is swallowed, it is over.
  void sendOnlyOnce() {
    onlyOnce = true;
  }

  /// Whether it was swallowed, and is over with that.
  boolean isSpent() {
    return onlyOnce && (declared || noticed);
  }

  /// How long to wait before it is sent to a task that blocks again.
  long pauseNanos() {
    if (declared && sent < AT_ONCE) {
      return 0;
    }
    return FIRST_PAUSE_NANOS << Math.min(declared ? sent - AT_ONCE : sent - 1, MAX_DOUBLINGS);
  }

  /// Clean-up begins, which may block: it is not sent until that is over.
  void holdOff() {
    settle();
    withdraw();
    heldOff++;
  }

  void holdOffNoMore() {
    heldOff--;
  }
}
