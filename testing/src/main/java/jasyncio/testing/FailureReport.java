package jasyncio.testing;

import jasyncio.testing.Exploration.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is said of a run that failed.
final class FailureReport {
  private static final int LAST_EVENTS = 12;
  private static final int MOST_DEVIATIONS = 20; // that are told of

  private final String name;
  private final int number;
  private final Outcome run;
  private final Throwable cause;
  private final String replay;
  private final StringBuilder text = new StringBuilder();

  /// @param number which run it was
  /// @param which the same in words: `in run 7 of 100`
  /// @param took how long it took to find it
  /// @param run the run
  FailureReport(String name, int number, String which, Duration took, Outcome run) {
    this.name = name;
    this.number = number;
    this.run = run;
    this.cause = Objects.requireNonNull(run.failure());
    this.replay = ReplayCode.encode(run.choices());
    text.append(name).append(" failed ").append(which);
    text.append(" (").append(VirtualTime.text(took.toMillis() * 1_000_000)).append("): ");
    text.append(cause);
    if (run.besides() != null) {
      text.append("\n").append(run.besides());
    }
  }

  /// It fails by something else than the order of events.
  ///
  /// @param difference what was different, and when
  ExplorationFailure ofChance(String difference) {
    text.append("\n  NOT DETERMINISTIC: ")
        .append(difference)
        .append(
            ".\n  Usual suspects: what is kept from run to run, in static fields or those of the"
                + " test's object; the order of a HashMap or HashSet of objects without a hashCode"
                + " of their own; random numbers; the clock on the wall; threads that the loop does"
                + " not know of.");
    return failure(true, null);
  }

  /// It has taken too long, and so was not run again.
  ExplorationFailure ofALateOne() {
    tellReplay();
    text.append("\n  what it takes: not looked for, as each run would take as long");
    return failure(false, null);
  }

  /// It fails by the order of events.
  ///
  /// @param before how many deviations it had when it was found
  /// @param shrinking how many runs it took to have fewer
  ExplorationFailure ofOrder(int before, int shrinking) {
    tellReplay();
    int now = Shrinker.deviations(run.choices());
    if (before > now) {
      text.append("    shrunk from ").append(before).append(" deviations to ").append(now);
      text.append(" in ").append(shrinking).append(" runs");
    }
    tellDeviations(run.explored().deviations());
    var brief = text.toString();
    var events = run.explored().events();
    text.append("\n  the last events:");
    for (var event : events.subList(Math.max(0, events.size() - LAST_EVENTS), events.size())) {
      text.append("\n    ").append(event);
    }
    var file = write(events);
    if (file != null) {
      text.append("\n  full trace: ").append(file);
      var page = run.explored().isOfSeveralLoops() ? writePage(file, brief) : null;
      if (page != null) {
        text.append("\n  timeline:   ").append(page);
      }
    }
    return failure(false, file);
  }

  private void tellReplay() {
    text.append("\n  replay:  @Replay(\"").append(replay).append("\")");
  }

  private void tellDeviations(List<String> deviations) {
    text.append("\n  what it takes:");
    if (deviations.isEmpty()) {
      text.append(" nothing, it is the plain order of events");
    }
    for (int i = 0; i < Math.min(deviations.size(), MOST_DEVIATIONS); i++) {
      text.append("\n    ").append(i + 1).append(". ").append(deviations.get(i));
    }
    if (deviations.size() > MOST_DEVIATIONS) {
      text.append("\n    and ").append(deviations.size() - MOST_DEVIATIONS).append(" more");
    }
  }

  private ExplorationFailure failure(boolean isOfChance, @Nullable Path trace) {
    return new ExplorationFailure(
        text.toString(), cause, replay, run.explored().deviations(), number, isOfChance, trace);
  }

  // ---- the whole trace --------------------------------------------------------------------------

  /// Where it lies, if it could be written.
  private @Nullable Path write(List<String> events) {
    try {
      var file =
          folder().resolve(name.replaceAll("[^A-Za-z0-9_.-]+", "-") + "-" + hash(replay) + ".txt");
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, text + "\n\nall events:\n" + String.join("\n", events) + "\n");
      return file;
    } catch (IOException | SecurityException e) {
      Watchdog.LOGGER.log(System.Logger.Level.WARNING, "cannot write the trace of a run", e);
      return null;
    }
  }

  /// The timeline beside the trace, if it could be written.
  ///
  /// @param brief what is said but for the last events, which are in it anyway
  private @Nullable Path writePage(Path trace, String brief) {
    try {
      var file = timelineBeside(trace);
      Files.writeString(file, TimelinePage.of(name, brief, run.explored().trace()));
      return file;
    } catch (IOException | SecurityException e) {
      Watchdog.LOGGER.log(System.Logger.Level.WARNING, "cannot write the timeline of a run", e);
      return null;
    }
  }

  /// Where the timeline of a run is, if there is one.
  ///
  /// @param trace where its trace is
  static Path timelineBeside(Path trace) {
    return trace.resolveSibling(trace.getFileName().toString().replaceAll("txt$", "html"));
  }

  private static String hash(String replay) {
    return Integer.toHexString(replay.hashCode());
  }

  private static Path folder() {
    for (var place : List.of("target", "build")) {
      if (Files.isDirectory(Path.of(place))) {
        return Path.of(place, "jasyncio");
      }
    }
    return Path.of(System.getProperty("java.io.tmpdir"), "jasyncio");
  }
}
