package jasyncio.testing;

import jasyncio.BlockingPolicy;
import jasyncio.EventLoop;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopCore;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The time that the JDK's blocking calls see: virtual on the threads of a loop in virtual time,
/// where the JVM was started with the kit's agent and the policy is `SWITCH`; else the real one.
final class JdkTime {
  /* Overview
   * The agent has put a class into java.lang which its rewritten classes call. It lies there for us to set its fields, and not to be
   * compiled against:
   *   nanoTime, currentTimeMillis   what the JDK's waits, in the place of System's methods, take for now
   *   schedule                      the timer that is to end a wait, asked for on the loop's thread as it leaves the one that waits
   *   pinned                        a wait is over that has kept the loop's thread, in real time
   *   unblocking                    a thread that has waited for a monitor is being told, which a thread of the JDK does
   */
  private static final @Nullable Class<?> HOOK = connected();

  private JdkTime() {}

  /// Whether there is an agent.
  static boolean isThere() {
    return HOOK != null;
  }

  private static @Nullable Class<?> connected() {
    try {
      var hook = Class.forName("java.lang.JasyncioHook", true, null);
      if (!hook.getField("installed").getBoolean(null)) {
        return null;
      }
      EventLoop.running(); // initialises the class that installs the access
      hook.getField("nanoTime").set(null, (LongSupplier) JdkTime::nanoTime);
      hook.getField("currentTimeMillis").set(null, (LongSupplier) JdkTime::currentTimeMillis);
      hook.getField("pinned").set(null, (LongConsumer) JdkTime::pinned);
      var schedule =
          MethodType.methodType(
              Future.class, Thread.class, Runnable.class, long.class, TimeUnit.class);
      hook.getField("schedule")
          .set(null, MethodHandles.lookup().findStatic(JdkTime.class, "schedule", schedule));
      return hook;
    } catch (ClassNotFoundException e) {
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the agent is that of another version of the test kit", e);
    }
  }

  private static @Nullable LoopCore core(Thread thread) {
    return thread.isVirtual() ? LoopAccess.get().coreOf(thread) : null;
  }

  /// The virtual time of the loop on which a thread waits, where others go on meanwhile.
  static @Nullable VirtualTime of(Thread thread) {
    var core = core(thread);
    return core != null && core.switches() && core.waiting() instanceof VirtualTime time
        ? time
        : null;
  }

  // ---- called by the JDK ------------------------------------------------------------------------

  /// What the calling thread has for a clock. It keeps that when the loop has ended: the time at
  /// which its wait began is of this clock.
  private static @Nullable VirtualTime clock() {
    var core = core(Thread.currentThread());
    return core != null
            && core.waiting() instanceof VirtualTime time
            && core.owner() instanceof EventLoop loop
            && loop.getBlockingPolicy() == BlockingPolicy.SWITCH
        ? time
        : null;
  }

  private static long nanoTime() {
    var time = clock();
    return time == null ? System.nanoTime() : time.jdkNanos();
  }

  private static long currentTimeMillis() {
    var time = clock();
    return time == null ? System.currentTimeMillis() : time.jdkMillis();
  }

  private static void pinned(long since) {
    var time = of(Thread.currentThread());
    if (time != null) {
      time.pass(System.nanoTime() - since);
    }
  }

  /// Called by the carrier of `thread`, which is to wait; found by its name.
  static @Nullable Future<?> schedule(Thread thread, Runnable command, long delay, TimeUnit unit) {
    var core = core(thread);
    return core != null
            && core.switches()
            && core.waiting() instanceof VirtualTime
            && core.mayBeTouchedHere()
        ? WaitTimer.start(core, command, unit.toNanos(delay))
        : null;
  }

  // ---- monitors ---------------------------------------------------------------------------------

  /// Whether one of these threads gets a monitor that it has waited for, and will go on: a thread
  /// of the JDK is about to tell it.
  static boolean isToldOfMonitor(List<Thread> waiting) {
    return HOOK != null
        && !waiting.isEmpty()
        && (waiting.stream().anyMatch(Monitors::isListed) || Monitors.areTold());
  }

  /// One that is to be told is on a list; it leaves that while `unblocking` is true.
  private static final class Monitors {
    private static final VarHandle LISTED;
    private static final VarHandle UNBLOCKING;

    static {
      try {
        var type = Class.forName("java.lang.VirtualThread");
        LISTED =
            MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                .findVarHandle(type, "onWaitingList", boolean.class);
        UNBLOCKING =
            MethodHandles.publicLookup()
                .findStaticVarHandle(Objects.requireNonNull(HOOK), "unblocking", boolean.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    static boolean isListed(Thread thread) {
      return (boolean) LISTED.getVolatile(thread);
    }

    static boolean areTold() {
      return (boolean) UNBLOCKING.getVolatile();
    }
  }
}
