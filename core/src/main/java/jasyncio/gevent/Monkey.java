package jasyncio.gevent;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.BlockingPolicy;
import jasyncio.EventLoop;
import jasyncio.FiberKind;
import jasyncio.internal.base.Log;
import jasyncio.internal.face.Current;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Set;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// Makes calls that block cooperate: while one greenlet is in `Thread.sleep`, a socket, JDBC, a
/// lock or a `BlockingQueue`, the others run, all on one thread and with not a line of those
/// changed.
///
/// Nothing is patched: hubs get the blocking policy [BlockingPolicy#SWITCH]. So it is all or
/// nothing, it works for code that is loaded already, and it is about what greenlets do: the main
/// program is no greenlet, and a call in which it blocks itself is seen by nobody; put its code
/// into one, as in `spawn(() -> program()).get()`. What blocks the thread below Java still blocks
/// the hub: name look-ups of the operating system, files, native code. Python: `gevent.monkey`.
public final class Monkey {
  private static final Set<String> MODULES =
      Set.of("time", "socket", "ssl", "select", "thread", "threading", "queue", "subprocess");

  private static volatile boolean patched;

  private Monkey() {}

  /// Makes calls that block cooperate, in the hub of this thread's main program and in those that
  /// main programs need from now on. Call it first. In a task of a loop that was started otherwise,
  /// that loop is changed; it is by no other call. Where calls cooperate already nothing happens.
  ///
  /// @throws IllegalStateException if the scheduled fiber runtime, which can see such calls, does
  ///   not work here; says which flag is missing
  public static void patchAll() {
    if (!patched) {
      checkRuntime();
    }
    var task = Current.task();
    var hub = task != null ? Hub.get() : Hub.ofThread();
    if (hub != null && hub.loop().getBlockingPolicy() != BlockingPolicy.SWITCH) {
      if (hub.isUsed() || task != null) {
        Log.log(
            Level.WARNING,
            "Monkey.patchAll() came late: greenlets of this thread have run before; call it first");
      }
      hub.loop().setBlockingPolicy(BlockingPolicy.SWITCH); // refused by a portable loop
    }
    patched = true;
  }

  private static void checkRuntime() {
    try (var probe = EventLoop.create(null)) {
      if (probe.fibers() != FiberKind.SCHEDULED) {
        throw new IllegalStateException(
            "Monkey.patchAll() needs the scheduled fiber runtime, which can see calls that block; start"
                + " the JVM with --add-opens java.base/java.lang=ALL-UNNAMED, and without"
                + " -Djasyncio.fibers=portable");
      }
    }
  }

  /// {@return whether [#patchAll()] was called}
  public static boolean isPatched() {
    return patched;
  }

  /// Whether calls of a kind cooperate.
  ///
  /// @param name a module's name in Python that [#patchAll()] stands for: `time`, `socket`, `ssl`,
  ///   `select`, `thread`, `threading`, `queue` or `subprocess`
  /// @return whether [#patchAll()] was called, and knows the name
  public static boolean isModulePatched(String name) {
    return patched && MODULES.contains(Objects.requireNonNull(name, "name"));
  }

  /// Makes a call that blocks as if nothing had been patched: nobody else runs until it returns.
  /// Python: calling what `get_original` gives.
  ///
  /// @param <T> what it gives
  /// @param <X> what the call throws
  /// @param call what blocks; must not wait in functions of gevent's or asyncio's
  /// @return what it gives; throws what it throws
  /// @throws X what the call throws
  public static <T extends @Nullable Object, X extends Exception> T original(Awaitable<T, X> call)
      throws X {
    var loop = Hub.get().loop();
    var policy = loop.getBlockingPolicy();
    loop.setBlockingPolicy(BlockingPolicy.BLOCK);
    try {
      return call.await();
    } finally {
      loop.setBlockingPolicy(policy);
    }
  }

  /// Makes a call that blocks as if nothing had been patched.
  ///
  /// @param <X> what the call throws
  /// @param call what blocks
  /// @throws X what the call throws
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void original(Action<X> call) throws X {
    original(call.asAwaitable());
  }

  /// For tests.
  static void unpatch() {
    patched = false;
  }
}
