package jasyncio.testing.agent;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.security.ProtectionDomain;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Has blocking calls of tasks take virtual time, where others run meanwhile: under policy `SWITCH`
/// the JDK asks the test's loop for the time, and sets its timers there.
///
/// `-javaagent:jasyncio-testing.jar`, or `-javaagent:jasyncio-testing.jar=com.acme,org.example` to
/// have the classes of these packages, and those below, see virtual time in `System.nanoTime()` and
/// `System.currentTimeMillis()`, too. Without it these calls go in step with real time.
public final class TimeAgent {
  /// Classes that take the time for the calling thread's own wait, with those nested in them. Not
  /// those that one thread tells the time of another: executors that schedule, the JDK's devices.
  private static final Set<String> WAITERS =
      Set.of(
          "java/lang/Thread",
          "java/lang/VirtualThread",
          "java/lang/ref/ReferenceQueue",
          "java/util/concurrent/AbstractExecutorService",
          "java/util/concurrent/CompletableFuture",
          "java/util/concurrent/Exchanger",
          "java/util/concurrent/ForkJoinPool",
          "java/util/concurrent/ForkJoinTask",
          "java/util/concurrent/FutureTask",
          "java/util/concurrent/LinkedTransferQueue",
          "java/util/concurrent/Phaser",
          "java/util/concurrent/SubmissionPublisher",
          "java/util/concurrent/ThreadPerTaskExecutor",
          "java/util/concurrent/locks/AbstractQueuedLongSynchronizer",
          "java/util/concurrent/locks/AbstractQueuedSynchronizer",
          "java/util/concurrent/locks/LockSupport",
          "java/util/concurrent/locks/StampedLock",
          "jdk/internal/misc/ThreadFlock");

  private TimeAgent() {}

  /// Called by the JVM before the program begins.
  ///
  /// @param packages those of the program that see virtual time, too, with commas between them
  /// @param instrumentation the JVM's
  public static void premain(@Nullable String packages, Instrumentation instrumentation) {
    try {
      install(
          packages == null ? List.of() : List.of(packages.strip().split("\\s*,\\s*")),
          instrumentation);
    } catch (Exception | LinkageError e) {
      System.err.println(
          "jasyncio-testing: this JDK ("
              + Runtime.version()
              + ") is not one that the agent knows, so blocking calls with a limit go in step with"
              + " real time: "
              + (e instanceof UnsupportedOperationException ? e.getMessage() : e));
    }
  }

  /// Called by the JVM when the agent is loaded later.
  ///
  /// @param packages as in [#premain]
  /// @param instrumentation the JVM's
  public static void agentmain(@Nullable String packages, Instrumentation instrumentation) {
    premain(packages, instrumentation);
  }

  private static void install(List<String> packages, Instrumentation instrumentation)
      throws Exception {
    if (Hook.isThere()) {
      return; // given twice
    }
    VirtualThreadCode.check();
    openJavaLang(instrumentation);
    var hook =
        MethodHandles.privateLookupIn(Object.class, MethodHandles.lookup())
            .defineClass(Hook.classFile());
    var rewriting = new Rewriting(packages.stream().map(p -> p.replace('.', '/') + '/').toList());
    instrumentation.addTransformer(rewriting, true);
    var loaded =
        Stream.of(instrumentation.getAllLoadedClasses())
            .filter(type -> rewriting.isMeant(type.getClassLoader(), Hook.internalName(type)))
            .filter(instrumentation::isModifiableClass)
            .toArray(Class<?>[]::new);
    instrumentation.retransformClasses(loaded);
    if (rewriting.failure != null) {
      instrumentation.removeTransformer(rewriting);
      instrumentation.retransformClasses(loaded);
      throw rewriting.failure;
    }
    hook.getField(Hook.INSTALLED).setBoolean(null, true);
  }

  /// For the hook, and for the library's fibers.
  private static void openJavaLang(Instrumentation instrumentation) {
    var modules = new HashSet<>(Set.of(TimeAgent.class.getModule()));
    ModuleLayer.boot().findModule("jasyncio").ifPresent(modules::add);
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of(),
        Map.of("java.lang", modules),
        Set.of(),
        Map.of());
  }

  private static final class Rewriting implements ClassFileTransformer {
    private final List<String> packages;
    volatile @Nullable RuntimeException failure;

    Rewriting(List<String> packages) {
      this.packages = packages;
    }

    boolean isMeant(@Nullable ClassLoader loader, String name) {
      if (loader != null) {
        return packages.stream().anyMatch(name::startsWith);
      }
      int nested = name.indexOf('$');
      return WAITERS.contains(nested < 0 ? name : name.substring(0, nested));
    }

    @Override
    public byte @Nullable [] transform(
        @Nullable ClassLoader loader,
        @Nullable String name,
        @Nullable Class<?> redefined,
        @Nullable ProtectionDomain domain,
        byte[] classFile) {
      if (name == null || !isMeant(loader, name)) {
        return null;
      }
      try {
        var redirected = ClockCalls.redirected(classFile);
        return name.equals(VirtualThreadCode.NAME)
            ? VirtualThreadCode.rewritten(redirected)
            : redirected;
      } catch (RuntimeException e) { // the JVM would say nothing
        failure = e;
        return null;
      }
    }
  }
}
