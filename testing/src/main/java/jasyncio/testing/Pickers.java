package jasyncio.testing;

import jasyncio.testing.Choices.Kind;
import jasyncio.testing.Choices.Picker;
import java.util.ArrayDeque;
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

  /// A choice that is not plain with some probability: less often one that every single turn asks
  /// for, than others.
  private static int chance(
      SplittableRandom random, double probability, Kind kind, int bound, int[] who) {
    if (kind == Kind.TEST) {
      return random.nextInt(bound);
    }
    double p =
        switch (kind) {
          case STEP, CANCEL -> probability / 4;
          case CHANCE -> who[0] / 1e9; // is not for us to say
          default -> probability;
        };
    return random.nextDouble() < p ? deviation(random, kind, bound) : 0;
  }

  /// A choice that is not plain; of times the longest as often as all others together.
  private static int deviation(SplittableRandom random, Kind kind, int bound) {
    boolean isTime = kind == Kind.STEP || kind == Kind.LATE;
    return isTime && random.nextBoolean() ? bound - 1 : 1 + random.nextInt(bound - 1);
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
      return (_, kind, bound, who) -> chance(random, probability, kind, bound, who);
    }

    @Override
    public void ran(Explored run) {}
  }

  /// See [Explore.Strategy#PCT].
  final class ByPriority implements Pickers {
    private static final int MAX_DEPTH = 4;

    private final SplittableRandom random;
    private int draws = 1; // at most so many in a run, as far as is known

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
        if (kind == Kind.TEST) {
          return random.nextInt(bound);
        } else if (kind == Kind.CHANCE && !change) {
          return chance(random, 0, kind, bound, who);
        } else if (kind != Kind.NEXT) {
          return change ? deviation(random, kind, bound) : 0;
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
      return (index, kind, bound, who) ->
          changes.contains(index)
              ? random.nextInt(bound)
              : index < parent.length
                  ? Choices.replayed(parent, index, bound)
                  : chance(random, BEYOND, kind, bound, who);
    }

    @Override
    public void ran(Explored run) {
      if (run.addEdgesTo(seen)) {
        corpus.add(run.choices().values());
      }
    }
  }

  /// See [Explore.Strategy#EXHAUSTIVE]. The runs are a tree: below each are those that make the
  /// same choices, then plain ones, and then one that is not. It is gone through level by level.
  final class OneByOne implements Pickers {
    /// A run whose children have not all been tried.
    private static final class Node {
      final int[] values;
      final int[] bounds;
      int at; // which choice the next child has another way
      int value = 1; // and how

      Node(int[] values, int[] bounds, int at) {
        this.values = values;
        this.bounds = bounds;
        this.at = at;
      }

      boolean hasNext() {
        return at < values.length;
      }

      int[] next() {
        var child = Arrays.copyOf(values, at + 1);
        child[at] = value;
        if (++value == bounds[at]) {
          at++;
          value = 1;
        }
        return child;
      }
    }

    private final ArrayDeque<Node> nodes = new ArrayDeque<>();
    private int[] chosen = Choices.NOBODY;

    @Override
    public @Nullable Picker next() {
      while (!nodes.isEmpty() && !nodes.getFirst().hasNext()) {
        nodes.removeFirst();
      }
      if (nodes.isEmpty()) {
        return null;
      }
      var start = nodes.getFirst().next();
      chosen = start;
      return (index, _, bound, _) -> Choices.replayed(start, index, bound);
    }

    @Override
    public void ran(Explored run) {
      var node = new Node(run.choices().values(), run.choices().bounds(), chosen.length);
      if (node.hasNext()) {
        nodes.add(node);
      }
    }
  }
}
