package jasyncio.testing;

import java.util.List;

/// An exploration has found an order of events in which the test fails. The cause is that failure.
public final class ExplorationFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  /// What [Replay] takes.
  private final String replay;

  private final transient List<String> deviations;

  /// Which run it was.
  private final int run;

  ExplorationFailure(
      String message, Throwable cause, String replay, List<String> deviations, int run) {
    super(message, cause);
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
}
