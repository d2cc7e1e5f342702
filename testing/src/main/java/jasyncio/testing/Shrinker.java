package jasyncio.testing;

import jasyncio.testing.Exploration.Outcome;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Finds fewer and smaller choices that make a run fail in the same way: each is made plain, or
/// less, many at once first, as long as that helps.
///
/// This is Hypothesis' way: what is shrunk is not the order of events but the choices that it came
/// from, so whatever is tried is a run that can be.
final class Shrinker {
  private static final int MAX_RUNS = 2000;
  private static final int MAX_SINGLES = 300;
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long MAX_NANOS_SIMULATED = TimeUnit.SECONDS.toNanos(20); // longer runs

  private final Function<Choices, Outcome> runner;
  private final Explored plain;
  private final String kind;
  private final long end;
  private Outcome best;
  private int runs;

  /// @param plain the run in which nothing deviates
  /// @param first the run that failed
  Shrinker(Function<Choices, Outcome> runner, Explored plain, Outcome first) {
    this.runner = runner;
    this.plain = plain;
    this.kind = first.kind();
    this.best = first;
    this.end = System.nanoTime() + (plain.isOfSeveralLoops() ? MAX_NANOS_SIMULATED : MAX_NANOS);
  }

  /// How many runs it took.
  int runs() {
    return runs;
  }

  /// The smallest that was found.
  Outcome smallest() {
    keepFirst();
    boolean better = true;
    while (better && !isOver()) {
      better = makePlain();
      better |= cutOut();
      better |= makeLess();
    }
    if (deviations(values()) > 1 && findSingle()) {
      makeLess();
    }
    return best;
  }

  private boolean isOver() {
    return runs >= MAX_RUNS || System.nanoTime() > end;
  }

  /// But the first deviation, or 2, or 4: for what never comes to an end afterwards.
  private void keepFirst() {
    int[] places = places(values());
    for (int count = 1; count < places.length && !isOver(); count *= 2) {
      if (accept(Arrays.copyOf(values(), places[count - 1] + 1))) {
        return;
      }
    }
  }

  /// Half of the deviations at once, then quarters, down to single ones.
  private boolean makePlain() {
    boolean any = false;
    for (int size = Math.max(1, deviations(values()) / 2); size > 0 && !isOver(); size /= 2) {
      for (int from = 0; from < deviations(values()) && !isOver(); ) {
        var candidate = values();
        int[] places = places(candidate);
        for (int i = from; i < Math.min(from + size, places.length); i++) {
          candidate[places[i]] = 0;
        }
        if (acceptAlike(candidate)) {
          any = true; // those behind have moved up
        } else {
          from += size;
        }
      }
    }
    return any;
  }

  /// Plain choices before a deviation, so that it comes sooner.
  private boolean cutOut() {
    boolean any = false;
    for (int i = 0; i < deviations(values()); i++) {
      int at = places(values())[i];
      int before = i == 0 ? 0 : places(values())[i - 1] + 1;
      for (int size = at - before; size > 0 && !isOver(); size /= 2) {
        var now = values();
        var candidate = new int[now.length - size];
        System.arraycopy(now, 0, candidate, 0, at - size);
        System.arraycopy(now, at, candidate, at - size, now.length - at);
        if (accept(candidate)) {
          any = true;
          break;
        }
      }
    }
    return any;
  }

  /// Another deviation, in place of all of them: the largest ones first.
  private boolean findSingle() {
    int[] bounds = plain.choices().bounds();
    int last = runs + MAX_SINGLES;
    for (int less = 1; runs < last; less++) {
      boolean any = false;
      for (int at = 0; at < bounds.length && runs < last && !isOver(); at++) {
        if (bounds[at] > less) {
          any = true;
          var candidate = new int[at + 1];
          candidate[at] = bounds[at] - less;
          if (accept(candidate)) {
            return true;
          }
        }
      }
      if (!any) {
        return false;
      }
    }
    return false;
  }

  private boolean makeLess() {
    boolean any = false;
    for (int i = 0; i < deviations(values()); i++) {
      int at = places(values())[i];
      for (int less = 1; less < values()[at] && !isOver(); less++) {
        var candidate = values();
        candidate[at] = less;
        if (acceptAlike(candidate)) {
          any = true;
          break;
        }
      }
    }
    return any;
  }

  private boolean accept(int[] candidate) {
    return accept(Choices.of(candidate));
  }

  /// Changed choices of the best run, each at the occasion at which it was made. On several hosts
  /// there are many, and to make one plain moves all that come after it.
  private boolean acceptAlike(int[] candidate) {
    return accept(
        plain.isOfSeveralLoops()
            ? Choices.alike(candidate, best.explored().choices().occasions())
            : Choices.of(candidate));
  }

  private boolean accept(Choices candidate) {
    runs++;
    var outcome = runner.apply(candidate);
    boolean better =
        outcome.failed() && outcome.kind().equals(kind) && isSmaller(outcome.choices(), values());
    if (better) {
      best = outcome;
    }
    return better;
  }

  private int[] values() {
    return best.choices();
  }

  /// Fewer deviations, else an earlier end, else smaller ones.
  private static boolean isSmaller(int[] a, int[] b) {
    if (deviations(a) != deviations(b)) {
      return deviations(a) < deviations(b);
    }
    if (a.length != b.length) {
      return a.length < b.length;
    }
    return Arrays.stream(a).sum() < Arrays.stream(b).sum();
  }

  /// How many choices are not plain.
  static int deviations(int[] values) {
    return places(values).length;
  }

  private static int[] places(int[] values) {
    return IntStream.range(0, values.length).filter(i -> values[i] != 0).toArray();
  }

  /// Without the plain ones at the end, which need not be said.
  static int[] trimmed(int[] values) {
    int length = values.length;
    while (length > 0 && values[length - 1] == 0) {
      length--;
    }
    return Arrays.copyOf(values, length);
  }
}
