package jasyncio.testing.models;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A small concurrent program: what each of its tasks does, one thing after the other, and which of
/// them may be cancelled.
///
/// @param tasks what each does
/// @param victim who may be cancelled, or [#NOBODY]
/// @param <O> what tasks can do
record Program<O>(List<List<O>> tasks, int victim) {
  static final int NOBODY = -1;
  private static final double FACTOR =
      Integer.getInteger("jasyncio.models", 1)
          * ("portable".equals(System.getProperty("jasyncio.fibers")) ? 0.25 : 1);

  /// So many programs drawn by chance, always the same ones: of two to four tasks, the fewer the
  /// more each does. In two out of three somebody may be cancelled. `-Djasyncio.models=20` draws
  /// twenty times as many. On the portable fiber runtime, which takes its time, they are a quarter.
  static <O> List<Program<O>> draw(int number, List<O> operations) {
    var random = new SplittableRandom(operations.toString().hashCode());
    var programs = new ArrayList<Program<O>>();
    while (programs.size() < number * FACTOR) {
      int size = random.nextInt(2, 5);
      var tasks = new ArrayList<List<O>>();
      for (int i = 0; i < size; i++) {
        var steps = new ArrayList<O>();
        for (int j = random.nextInt(1, Math.max(2, 6 - size)); j > 0; j--) {
          steps.add(operations.get(random.nextInt(operations.size())));
        }
        tasks.add(steps);
      }
      programs.add(new Program<>(tasks, random.nextInt(3) == 0 ? NOBODY : random.nextInt(size)));
    }
    return programs;
  }

  @Override
  public String toString() {
    return tasks + (victim == NOBODY ? "" : ", " + victim + " may be cancelled");
  }
}
