package jasyncio.testing.gallery.simulated;

import jasyncio.testing.ExplorationFailure;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Prints the table of the simulated programs in `docs/testing-gallery.md`: a program.
final class SimulatedGalleryTable {
  private static final int SEEDS = 5;

  private SimulatedGalleryTable() {}

  public static void main(String[] arguments) {
    boolean messages = Arrays.asList(arguments).contains("messages");
    search(SimulatedGallery.EXHIBITS.getFirst(), 1); // warms up
    System.out.println("| fault | runs | deviations | ms |\n| --- | --- | --- | --- |");
    var all = new ArrayList<>(SimulatedGallery.EXHIBITS);
    all.addAll(SimulatedGallery.RAFT);
    for (var exhibit : all) {
      var runs = new ArrayList<Double>();
      var deviations = new ArrayList<Double>();
      var millis = new ArrayList<Double>();
      String message = "";
      for (int seed = 1; seed <= SEEDS; seed++) {
        long began = System.nanoTime();
        var found = search(exhibit, seed);
        millis.add((System.nanoTime() - began) / 1e6);
        runs.add((double) found.run());
        deviations.add((double) found.deviations().size());
        message = found.getMessage();
      }
      System.out.printf(
          "| %s | %.0f | %.0f | %.0f |%n",
          exhibit.name(), median(runs), median(deviations), median(millis));
      if (messages) {
        System.out.println("\n" + message + "\n");
      }
    }
  }

  private static ExplorationFailure search(SimulatedExhibit exhibit, long seed) {
    try {
      exhibit.explore(exhibit.faulty()).seconds(600).seed(seed).check();
    } catch (ExplorationFailure e) {
      return e;
    }
    throw new AssertionError(exhibit + " was not found with seed " + seed);
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
