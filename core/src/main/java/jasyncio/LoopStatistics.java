package jasyncio;

import org.jspecify.annotations.Nullable;

/// What a loop has to do at this moment: [EventLoop#statistics()] gives it.
///
/// @param ready how many callbacks and tasks are about to run
/// @param timers how many callbacks and sleeping tasks wait for their time
/// @param tasks how many tasks are not done
/// @param blocked how many of these are set aside in a blocking call while others run, under policy
///   [SWITCH][BlockingPolicy#SWITCH]
/// @param channels how many connections, servers and other channels are watched
/// @param executor of the loop's own executor; `null` if there is none yet, or if it is not known
///   how it works
public record LoopStatistics(
    int ready, int timers, int tasks, int blocked, int channels, @Nullable Executor executor) {

  /// How busy the loop's executor is.
  ///
  /// @param threads how many it has
  /// @param maxThreads how many it may have
  /// @param active how many make a call now, about
  /// @param queued how many calls wait for a thread
  public record Executor(int threads, int maxThreads, int active, int queued) {}
}
