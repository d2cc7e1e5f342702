package jasyncio.testing;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

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
    CHANCE,
    /// What the test itself leaves open: any is as likely.
    TEST
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
  private final Map<Long, ArrayDeque<Integer>> alike; // in place of what is picked, by occasion
  private int[] values = new int[64];
  private int[] bounds = new int[64];
  private long[] occasions = new long[64];
  private int size;

  Choices(Picker picker) {
    this(picker, Map.of());
  }

  private Choices(Picker picker, Map<Long, ArrayDeque<Integer>> alike) {
    this.picker = picker;
    this.alike = alike;
  }

  /// Those of an earlier run, and then the plain ones.
  static Choices of(int[] earlier) {
    return new Choices((index, _, bound, _) -> replayed(earlier, index, bound));
  }

  /// Those of an earlier run, or what was made of them, where the same is chosen: the third time
  /// that n1 might stand still, say. So if one is made plain, and other things happen, the rest
  /// stays what it was.
  ///
  /// @param occasions those of the earlier run
  static Choices alike(int[] earlier, long[] occasions) {
    var alike = new HashMap<Long, ArrayDeque<Integer>>();
    for (int i = 0; i < earlier.length; i++) {
      alike.computeIfAbsent(occasions[i], _ -> new ArrayDeque<>()).add(earlier[i]);
    }
    return new Choices((_, _, _, _) -> 0, alike);
  }

  /// The choice of an earlier run; the plain one if it has none.
  static int replayed(int[] earlier, int index, int bound) {
    return index < earlier.length && earlier[index] < bound ? earlier[index] : 0;
  }

  /// Makes a choice.
  ///
  /// @param bound how many possibilities there are; if there is but one, nothing is drawn
  /// @param where on which host, or for what; empty where there is but one
  int draw(Kind kind, int bound, int[] who, String where) {
    if (bound < 2) {
      return 0;
    }
    long occasion = ((long) kind.name().hashCode() << 32) | (where.hashCode() & 0xffff_ffffL);
    var earlier = alike.get(occasion);
    var next = earlier == null ? null : earlier.poll();
    int value = next == null ? picker.pick(size, kind, bound, who) : next < bound ? next : 0;
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
      bounds = Arrays.copyOf(bounds, size * 2);
      occasions = Arrays.copyOf(occasions, size * 2);
    }
    occasions[size] = occasion;
    values[size] = value;
    bounds[size++] = bound;
    return value;
  }

  /// What was chosen.
  int[] values() {
    return Arrays.copyOf(values, size);
  }

  /// What was chosen each time: the same for the same kind at the same place.
  long[] occasions() {
    return Arrays.copyOf(occasions, size);
  }

  /// How many possibilities there were.
  int[] bounds() {
    return Arrays.copyOf(bounds, size);
  }
}
