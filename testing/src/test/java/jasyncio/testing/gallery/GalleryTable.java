package jasyncio.testing.gallery;

import jasyncio.testing.Exploration;
import jasyncio.testing.ExplorationFailure;
import jasyncio.testing.Explore.Strategy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;

/// Prints the table of `docs/testing-gallery.md`: a program.
final class GalleryTable {
  private static final int SEEDS = 5;
  private static final int MAX_RUNS = 1000;

  private GalleryTable() {}

  private record Found(int run, int deviations, double millis) {}

  public static void main(String[] arguments) {
    var all = new ArrayList<>(GalleryTest.EXHIBITS);
    all.addAll(GalleryTest.OLD);
    boolean messages = Arrays.asList(arguments).contains("messages");
    all.forEach(exhibit -> search(exhibit, Strategy.RANDOM, 1)); // warms up
    System.out.println(
        "| fault | level | RANDOM | PCT | COVERAGE | EXHAUSTIVE | deviations | ms |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (var exhibit : all) {
      var line = new StringBuilder("| " + exhibit.name() + " | " + exhibit.level() + " |");
      var deviations = new ArrayList<Double>();
      double millis = 0;
      for (var strategy : Strategy.values()) {
        var found = new ArrayList<Found>();
        for (int seed = 1; seed <= SEEDS; seed++) {
          found.add(search(exhibit, strategy, seed));
        }
        double run = median(found.stream().map(f -> (double) f.run).toList());
        line.append(' ').append(run > MAX_RUNS ? "-" : "" + (int) run).append(" |");
        found.forEach(f -> deviations.add((double) f.deviations));
        if (strategy == Strategy.RANDOM) {
          millis = median(found.stream().map(f -> f.millis).toList());
        }
      }
      line.append(' ').append((int) median(deviations)).append(" | ").append(Math.round(millis));
      System.out.println(line.append(" |"));
    }
    if (messages) {
      all.forEach(GalleryTable::printMessage);
    }
  }

  private static Exploration campaign(Exhibit exhibit) {
    return Exploration.of(exhibit.name(), exhibit.faulty()).runs(MAX_RUNS).level(exhibit.level());
  }

  private static Found search(Exhibit exhibit, Strategy strategy, long seed) {
    long began = System.nanoTime();
    try {
      campaign(exhibit).strategy(strategy).seed(seed).check();
      return new Found(MAX_RUNS + 1, 0, millis(began));
    } catch (ExplorationFailure e) {
      return new Found(e.run(), e.deviations().size(), millis(began));
    }
  }

  private static void printMessage(Exhibit exhibit) {
    try {
      campaign(exhibit).seed(1).check();
    } catch (ExplorationFailure e) {
      System.out.println("\n" + e.getMessage());
    }
  }

  private static double millis(long began) {
    return (System.nanoTime() - began) / 1e6;
  }

  private static double median(Collection<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
