package jasyncio.internal.loop;

import org.jspecify.annotations.Nullable;

/// The parts of a loop that tests put others in the place of: time that jumps, another order, and a
/// network that is simulated.
///
/// @param waiting makes the clock, and what waits
/// @param ready holds what is ready, and says who has the next turn; it belongs to this loop alone
/// @param network where its sockets come from
/// @param signals where its signals come from; `null` for the system
public record LoopParts(
    Waiting.Maker waiting, ReadyQueue ready, Network network, @Nullable SignalSource signals) {
  private static final long EPOCH = System.nanoTime();

  /// Those of a loop on the system's network, with its signals.
  public LoopParts(Waiting.Maker waiting, ReadyQueue ready) {
    this(waiting, ready, Network.SYSTEM, null);
  }

  /// Those of a loop that runs in real time, first come first served.
  public static LoopParts real() {
    return new LoopParts(
        (inbox, channels, _) -> new Sleeper(inbox, channels, () -> System.nanoTime() - EPOCH),
        new ReadyQueue());
  }
}
