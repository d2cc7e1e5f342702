package jasyncio.testing;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An exploration has found an order of events in which the test fails. The cause is that failure.
public final class ExplorationFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  /// What [Replay] takes.
  private final String replay;

  private final transient List<String> deviations;

  /// Which run it was.
  private final int run;

  private final transient boolean isOfChance;
  private final transient @Nullable Path trace;

  /// @param isOfChance whether it comes from something else than the order of events
  /// @param trace the file in which all events are, if there is one
  ExplorationFailure(
      String message,
      Throwable cause,
      String replay,
      List<String> deviations,
      int run,
      boolean isOfChance,
      @Nullable Path trace) {
    super(message, cause);
    this.isOfChance = isOfChance;
    this.trace = trace;
    this.replay = replay;
    this.deviations = List.copyOf(deviations);
    this.run = run;
  }

  /// {@return what [Replay] takes}
  public String replay() {
    return replay;
  }

  /// {@return what it takes, in words: what happens otherwise than in the plain run}
  public List<String> deviations() {
    return deviations;
  }

  /// {@return which run it was that failed, counted from 1}
  public int run() {
    return run;
  }

  boolean isOfChance() {
    return isOfChance;
  }

  @Nullable Path trace() {
    return trace;
  }
}
