package jasyncio.internal.fiber;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.InaccessibleObjectException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// The one class that knows JDK internals: virtual threads with a scheduler of one's own, and their
/// thread locals. When the JDK gets a public API for custom schedulers, only this class changes.
@SuppressWarnings(
    "NullAway") // the handles are there unless there is a problem, and then nobody comes here
public final class VirtualThreads {
  private static final int NO_INHERIT_THREAD_LOCALS = 4;

  private static final @Nullable MethodHandle NEW_THREAD;
  private static final @Nullable MethodHandle START;
  private static final @Nullable MethodHandle CLEAR;
  private static final @Nullable MethodHandle LOCALS;
  private static final @Nullable MethodHandle INHERITABLE_LOCALS;
  private static final @Nullable MethodHandle SCHEDULER;
  private static final @Nullable String PROBLEM;

  static {
    MethodHandle newThread = null;
    MethodHandle start = null;
    MethodHandle clear = null;
    MethodHandle locals = null;
    MethodHandle inheritableLocals = null;
    MethodHandle scheduler = null;
    String problem = null;
    try {
      var builders = Class.forName("java.lang.ThreadBuilders");
      var method =
          builders.getDeclaredMethod(
              "newVirtualThread", Executor.class, String.class, int.class, Runnable.class);
      method.setAccessible(true);
      var lookup = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      newThread = lookup.unreflect(method);
      var container = Class.forName("jdk.internal.vm.ThreadContainer");
      var startIn = Thread.class.getDeclaredMethod("start", container);
      start =
          lookup
              .unreflect(startIn)
              .asType(MethodType.methodType(void.class, Thread.class, Object.class));
      // a virtual call would do as well, but costs a method handle form that nobody else needs
      var clearReferences = MethodType.methodType(void.class);
      clear = lookup.findSpecial(Thread.class, "clearReferences", clearReferences, Thread.class);
      locals = locals(lookup, "threadLocals");
      inheritableLocals = locals(lookup, "inheritableThreadLocals");
      var virtualThread = Class.forName("java.lang.VirtualThread");
      scheduler =
          MethodHandles.privateLookupIn(virtualThread, MethodHandles.lookup())
              .findGetter(virtualThread, "scheduler", Executor.class)
              .asType(MethodType.methodType(Object.class, Thread.class));
      probe(newThread);
      // The JDK's pollers are virtual threads by default, and inherit the scheduler of who
      // first needs them: if that is a fiber, all blocking socket I/O of this JVM would end
      // with the fiber's loop. Platform threads inherit nothing. (Making the pollers now would
      // do, too, but costs 0.3 s at exit.)
      if (System.getProperty("jdk.pollerMode") == null) {
        System.setProperty("jdk.pollerMode", "1");
      }
    } catch (InaccessibleObjectException | IllegalAccessException e) {
      problem = "the JVM was started without --add-opens java.base/java.lang=" + target();
    } catch (ClassNotFoundException | NoSuchMethodException | NoSuchFieldException e) {
      problem = "this JDK (" + Runtime.version() + ") has no " + e.getMessage();
    } catch (Throwable e) { // whatever a foreign JVM throws here, the portable runtime still works
      problem = "virtual threads cannot be scheduled by this JVM: " + e;
    }
    NEW_THREAD = newThread;
    START = start;
    CLEAR = clear;
    LOCALS = locals;
    INHERITABLE_LOCALS = inheritableLocals;
    SCHEDULER = scheduler;
    PROBLEM = problem;
  }

  private VirtualThreads() {}

  private static MethodHandle locals(MethodHandles.Lookup lookup, String field)
      throws ReflectiveOperationException {
    return lookup
        .findGetter(Thread.class, field, Class.forName("java.lang.ThreadLocal$ThreadLocalMap"))
        .asType(MethodType.methodType(Object.class, Thread.class));
  }

  /// Why virtual threads cannot be scheduled by ourselves here, or `null` if they can.
  public static @Nullable String problem() {
    return PROBLEM;
  }

  private static String target() {
    var module = VirtualThreads.class.getModule();
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }

  /// Runs one virtual thread: a JVM without continuations has the method but cannot do this.
  private static void probe(MethodHandle newThread) throws Throwable {
    var probe = new Probe(newThread);
    boolean interrupted = Thread.interrupted(); // the JDK clears it as it mounts a virtual thread
    if (Thread.currentThread().isVirtual()) { // a continuation must be run by a platform thread
      var thread = Thread.ofPlatform().name(Probe.NAME).start(probe);
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; // says nothing of this JVM
        }
      }
    } else {
      probe.run();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (probe.failure != null) {
      throw probe.failure;
    }
  }

  /// A class of its own: the outer one is being initialised, so another thread must not touch it.
  private static final class Probe implements Executor, Runnable {
    static final String NAME = "jasyncio-probe";

    private final MethodHandle newThread;
    private boolean ran;
    @Nullable Throwable failure;

    Probe(MethodHandle newThread) {
      this.newThread = newThread;
    }

    @Override
    public void run() {
      try {
        Runnable task = new Ran(this);
        var thread =
            (Thread) newThread.invoke((Executor) this, NAME, NO_INHERIT_THREAD_LOCALS, task);
        thread.start();
        if (!ran) {
          throw new IllegalStateException("a virtual thread did not run");
        }
      } catch (Throwable e) {
        failure = e;
      }
    }

    @Override
    public void execute(Runnable continuation) {
      continuation.run();
    }

    private record Ran(Probe probe) implements Runnable {
      @Override
      public void run() {
        probe.ran = true;
      }
    }
  }

  /// Who schedules a virtual thread; `null` where that cannot be known.
  static @Nullable Object schedulerOf(Thread virtual) {
    if (PROBLEM != null) {
      return null;
    }
    try {
      return (Object) SCHEDULER.invokeExact(virtual);
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// An unstarted virtual thread whose continuations are given to `scheduler`.
  static Thread newThread(Executor scheduler, String name, Runnable task) {
    try {
      return (Thread) NEW_THREAD.invokeExact(scheduler, name, NO_INHERIT_THREAD_LOCALS, task);
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Starts a thread in the lock domain of `container`, an executor of one thread per task, without
  /// being listed by it.
  static void start(Thread thread, ExecutorService container) {
    try {
      START.invokeExact(thread, (Object) container);
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Takes back an interrupt of the calling thread; or of a virtual one that is not mounted, where
  /// this JVM allows it.
  ///
  /// @return whether it was interrupted
  public static boolean clearInterrupt(Thread thread) {
    return thread == Thread.currentThread()
        ? Thread.interrupted()
        : InterruptFlag.HANDLE != null && (boolean) InterruptFlag.HANDLE.getAndSet(thread, false);
  }

  /// Hardly ever needed, and not free at start-up.
  private static final class InterruptFlag {
    static final @Nullable VarHandle HANDLE = find();

    private static @Nullable VarHandle find() {
      try {
        return MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
            .findVarHandle(Thread.class, "interrupted", boolean.class);
      } catch (ReflectiveOperationException e) {
        return null; // a JDK without it: the interrupt stays, as everywhere else
      }
    }
  }

  /// Whether the calling thread has, or had, a value of a thread local.
  static boolean hasLocals(Thread self) {
    try {
      return (Object) LOCALS.invokeExact(self) != null
          || (Object) INHERITABLE_LOCALS.invokeExact(self) != null;
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Makes the calling thread forget an uncaught exception handler that code has given it.
  static void clearReferences(Thread self) {
    try {
      CLEAR.invokeExact(self);
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
