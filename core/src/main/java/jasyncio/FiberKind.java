package jasyncio;

import jasyncio.internal.base.Log;
import jasyncio.internal.fiber.FiberSource;
import jasyncio.internal.fiber.Hub;
import jasyncio.internal.fiber.PortableHub;
import jasyncio.internal.fiber.ScheduledHub;
import jasyncio.internal.fiber.VirtualThreads;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How coroutines are suspended.
public enum FiberKind {
  /// Virtual threads scheduled by the loop itself: fast, and it can see blocking calls. Needs
  /// `--add-opens java.base/java.lang=ALL-UNNAMED` (`=jasyncio` on the module path).
  SCHEDULED,

  /// Virtual threads of the JDK's scheduler that pass control from one to the next. Needs no flag.
  PORTABLE;

  private static boolean fallbackTold; // guarded by the class

  /// The kind to use: `wanted`, or the one named by `-Djasyncio.fibers`, or the best that works
  /// here.
  ///
  /// @throws IllegalStateException if the scheduled kind is demanded and cannot work here
  /// @throws IllegalArgumentException if the property names no kind
  static FiberKind choose(@Nullable FiberKind wanted) {
    if (wanted == null) {
      wanted = fromProperty();
    }
    var problem = wanted == PORTABLE ? null : VirtualThreads.problem();
    if (problem == null) {
      return wanted == null ? SCHEDULED : wanted;
    }
    if (wanted == SCHEDULED) {
      throw new IllegalStateException("the scheduled fiber runtime cannot be used: " + problem);
    }
    tellFallback(problem);
    return PORTABLE;
  }

  /// What to do so that loops use the scheduled kind, for whoever needs it.
  static String whyNotScheduled() {
    var problem = VirtualThreads.problem();
    var demanded =
        fromProperty() == PORTABLE
            ? "the portable one is demanded by -Djasyncio.fibers=portable"
            : problem == null ? "the portable one was asked for" : null;
    return Stream.of(demanded, problem)
        .filter(Objects::nonNull)
        .collect(Collectors.joining(", and "));
  }

  private static @Nullable FiberKind fromProperty() {
    var name = System.getProperty("jasyncio.fibers");
    if (name == null || name.isBlank()) {
      return null;
    }
    return switch (name.strip().toLowerCase(Locale.ROOT)) {
      case "scheduled" -> SCHEDULED;
      case "portable" -> PORTABLE;
      default ->
          throw new IllegalArgumentException(
              "jasyncio.fibers is '" + name + "'; it takes scheduled or portable");
    };
  }

  private static synchronized void tellFallback(String problem) {
    if (!fallbackTold) {
      fallbackTold = true;
      Log.log(Level.INFO, "using the portable fiber runtime, which is slower: {0}", problem);
    }
  }

  static FiberKind of(Hub hub) {
    return hub instanceof ScheduledHub ? SCHEDULED : PORTABLE;
  }

  Hub newHub(FiberSource source) {
    return this == SCHEDULED
        ? new ScheduledHub(source, Debug.isDefault())
        : new PortableHub(source);
  }
}
