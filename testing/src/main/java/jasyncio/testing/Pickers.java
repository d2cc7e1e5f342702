package jasyncio.testing;

import jasyncio.testing.Choices.Kind;
import jasyncio.testing.Choices.Picker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// The strategies: how the next run is chosen.
sealed interface Pickers {
  /// The picker of the next run, or `null` if all have been tried.
  @Nullable Picker next();

  /// How the run went that was chosen last.
  void ran(Explored run);

  static Pickers of(Explore.Strategy strategy, long seed) {
    var random = new SplittableRandom(seed);
    return switch (strategy) {
      case RANDOM -> new ByChance(random);
      case PCT -> new ByPriority(random);
      case COVERAGE -> new ByCoverage(random);
      case EXHAUSTIVE -> new OneByOne();
    };
  }

  /// A choice that is not plain with some probability; time passes less often than others change
  /// places, as every single turn asks for it.
  private static int chance(SplittableRandom random, double probability, Kind kind, int bound) {
    double p = kind == Kind.STEP ? probability / 4 : probability;
    return random.nextDouble() < p ? 1 + random.nextInt(bound - 1) : 0;
  }

  /// See [Explore.Strategy#RANDOM].
  final class ByChance implements Pickers {
    private static final double[] PROBABILITIES = {1 / 64.0, 1 / 16.0, 1 / 4.0, 1 / 2.0};

    private final SplittableRandom random;

    ByChance(SplittableRandom random) {
      this.random = random;
    }

    @Override
    public Picker next() {
      double probability = PROBABILITIES[random.nextInt(PROBABILITIES.length)];
      return (_, kind, bound, _) -> chance(random, probability, kind, bound);
    }

    @Override
    public void ran(Explored run) {}
  }

  /// See [Explore.Strategy#PCT].
  final class ByPriority implements Pickers {
    private static final int MAX_DEPTH = 4;

    private final SplittableRandom random;
    private int draws = 64; // at most so many in a run, as far as is known

    ByPriority(SplittableRandom random) {
      this.random = random;
    }

    @Override
    public Picker next() {
      var priorities = new HashMap<Integer, Double>();
      Set<Integer> changes = new HashSet<>(); // the draws at which something changes
      for (int i = random.nextInt(MAX_DEPTH); i >= 0; i--) {
        changes.add(random.nextInt(draws));
      }
      return (index, kind, bound, who) -> {
        boolean change = changes.contains(index);
        if (kind != Kind.NEXT) {
          return change ? 1 + random.nextInt(bound - 1) : 0;
        }
        int first = highest(who, priorities);
        if (change) {
          priorities.put(who[first], -random.nextDouble()); // behind all others from now on
        }
        return highest(who, priorities);
      };
    }

    private int highest(int[] who, Map<Integer, Double> priorities) {
      int first = 0;
      double best = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < who.length; i++) {
        double priority = priorities.computeIfAbsent(who[i], _ -> random.nextDouble());
        if (priority > best) {
          best = priority;
          first = i;
        }
      }
      return first;
    }

    @Override
    public void ran(Explored run) {
      draws = Math.max(draws, run.choices().values().length);
    }
  }

  /// See [Explore.Strategy#COVERAGE].
  final class ByCoverage implements Pickers {
    private static final double FRESH = 0.2;
    private static final double BEYOND = 1 / 32.0;
    private static final int MAX_CHANGES = 4;

    private final SplittableRandom random;
    private final ByChance fresh;
    private final List<int[]> corpus = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>(); // who has run after whom

    ByCoverage(SplittableRandom random) {
      this.random = random;
      this.fresh = new ByChance(random);
    }

    @Override
    public Picker next() {
      if (corpus.isEmpty() || random.nextDouble() < FRESH) {
        return fresh.next();
      }
      var parent = corpus.get(random.nextInt(corpus.size()));
      Set<Integer> changes = new HashSet<>();
      for (int i = random.nextInt(MAX_CHANGES); i >= 0 && parent.length > 0; i--) {
        changes.add(random.nextInt(parent.length));
      }
      return (index, kind, bound, _) ->
          changes.contains(index)
              ? random.nextInt(bound)
              : index < parent.length
                  ? Choices.replayed(parent, index, bound)
                  : chance(random, BEYOND, kind, bound);
    }

    @Override
    public void ran(Explored run) {
      if (run.addEdgesTo(seen)) {
        corpus.add(run.choices().values());
      }
    }
  }

  /// See [Explore.Strategy#EXHAUSTIVE]: the tree of choices, depth first.
  final class OneByOne implements Pickers {
    private int @Nullable [] prefix = {};

    @Override
    public @Nullable Picker next() {
      var start = prefix;
      return start == null ? null : (index, _, bound, _) -> Choices.replayed(start, index, bound);
    }

    @Override
    public void ran(Explored run) {
      var values = run.choices().values();
      var bounds = run.choices().bounds();
      int last = values.length - 1;
      while (last >= 0 && values[last] + 1 >= bounds[last]) {
        last--;
      }
      if (last < 0) {
        prefix = null;
      } else {
        var next = Arrays.copyOf(values, last + 1);
        next[last]++;
        prefix = next;
      }
    }
  }
}
