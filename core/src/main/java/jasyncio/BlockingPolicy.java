package jasyncio;

import jasyncio.internal.loop.LoopCore;
import java.util.Locale;

/// What the loop does when a task blocks its thread (a sleep, a socket read, a lock) without
/// awaiting.
///
/// That is noticed where Java waits. A call that waits in native code (a file, a name look-up, most
/// of JNI) stops the loop under every policy; see [Asyncio#toThread(ScopedValue.CallableOp)].
public enum BlockingPolicy {
  /// The whole loop waits, as in asyncio. In debug mode it reports the place and how long it took.
  BLOCK(LoopCore.BlockingMode.BLOCK),

  /// Other tasks run meanwhile; the blocked one goes on when its call returns. [Task#cancel()]
  /// interrupts the call. Needs the scheduled fiber runtime.
  SWITCH(LoopCore.BlockingMode.SWITCH),

  /// Reported to the loop's exception handler at once; then the loop waits. Two calls are reported
  /// only if they are slow, see [EventLoop#getSlowCallbackDuration()]: one that waits for a lock or
  /// a monitor, as soon as it is slow, and a native one when it is over. For tests. Needs the
  /// scheduled fiber runtime.
  FORBID(LoopCore.BlockingMode.FORBID);

  final LoopCore.BlockingMode core;

  BlockingPolicy(LoopCore.BlockingMode core) {
    this.core = core;
  }

  /// The policy named by `-Djasyncio.blocking`, or [#BLOCK].
  static BlockingPolicy fromProperty() {
    var name = System.getProperty("jasyncio.blocking");
    if (name == null || name.isBlank()) {
      return BLOCK;
    }
    try {
      return valueOf(name.strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "jasyncio.blocking is '" + name + "'; it takes block, switch or forbid", e);
    }
  }
}
