package jasyncio;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.EnabledIf;

/// The fiber runtime that this run of the tests is for.
public final class Runtimes {
  /// For tests of what only the scheduled runtime can do.
  @Target({ElementType.TYPE, ElementType.METHOD})
  @Retention(RetentionPolicy.RUNTIME)
  @EnabledIf(
      value = "jasyncio.Runtimes#isScheduled",
      disabledReason = "needs the scheduled fiber runtime; this run is for the portable one")
  public @interface ScheduledOnly {}

  /// For tests of what the portable runtime cannot do.
  @Target({ElementType.TYPE, ElementType.METHOD})
  @Retention(RetentionPolicy.RUNTIME)
  @DisabledIf(
      value = "jasyncio.Runtimes#isScheduled",
      disabledReason = "about the portable fiber runtime; this run is for the scheduled one")
  public @interface PortableOnly {}

  private Runtimes() {}

  /// Whether loops of this run use the scheduled runtime.
  public static boolean isScheduled() {
    return FiberKind.choose(null) == FiberKind.SCHEDULED;
  }

  /// The JVM options that give another JVM the same runtime on the class path, and the same debug
  /// mode.
  public static List<String> jvmOptions() {
    var options = new ArrayList<String>();
    if (isScheduled()) {
      options.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
      options.add("-Djasyncio.fibers=scheduled");
    } else {
      options.add("-Djasyncio.fibers=portable");
    }
    options.add("-Djasyncio.debug=" + Debug.isDefault());
    return options;
  }
}
