package jasyncio.testing;

import java.util.Arrays;

/// The choices of a run, one after the other, as they are made: **0 is the plain thing**.
///
/// Whoever might do one thing or the other draws. What is drawn comes from a [Picker], and is
/// recorded; the record alone is enough to have the same run again.
final class Choices {
  /// What is chosen.
  enum Kind {
    /// Who of those that are ready has the next turn.
    NEXT,
    /// How much time passes before a turn.
    STEP,
    /// How late the loop wakes.
    LATE,
    /// Which of the channels that are ready comes first.
    CHANNEL,
    /// Which job of the executor ends, or none.
    JOB,
    /// Who of those that may be cancelled is, if anybody.
    CANCEL,
    /// Which of the hosts that have something to do runs.
    HOST,
    /// What becomes of a packet, a write, or whatever else is simulated.
    WORLD,
    /// Whether something happens that has a probability, which is there in billionths.
    CHANCE
  }

  /// Says what is chosen.
  @FunctionalInterface
  interface Picker {
    /// Chooses.
    ///
    /// @param index how many choices were made before
    /// @param bound how many possibilities there are, at least 2
    /// @param who is there to be chosen from, for some kinds: labels
    /// @return the choice, from 0 to `bound` - 1
    int pick(int index, Kind kind, int bound, int[] who);
  }

  static final int[] NOBODY = {};

  private final Picker picker;
  private int[] values = new int[64];
  private int[] bounds = new int[64];
  private int size;

  Choices(Picker picker) {
    this.picker = picker;
  }

  /// Those of an earlier run, and then the plain ones.
  static Choices of(int[] earlier) {
    return new Choices((index, _, bound, _) -> replayed(earlier, index, bound));
  }

  /// The choice of an earlier run; the plain one if it has none.
  static int replayed(int[] earlier, int index, int bound) {
    return index < earlier.length && earlier[index] < bound ? earlier[index] : 0;
  }

  /// Makes a choice.
  ///
  /// @param bound how many possibilities there are; if there is but one, nothing is drawn
  int draw(Kind kind, int bound, int[] who) {
    if (bound < 2) {
      return 0;
    }
    int value = picker.pick(size, kind, bound, who);
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
      bounds = Arrays.copyOf(bounds, size * 2);
    }
    values[size] = value;
    bounds[size++] = bound;
    return value;
  }

  /// What was chosen.
  int[] values() {
    return Arrays.copyOf(values, size);
  }

  /// How many possibilities there were.
  int[] bounds() {
    return Arrays.copyOf(bounds, size);
  }
}
