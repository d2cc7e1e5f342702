package jasyncio.testing.internal.disk;

import jasyncio.testing.internal.world.World;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/// A world that chooses at random, and logs what it chooses.
record RandomWorld(Random random, List<String> log) implements World {
  @Override
  public long nanos() {
    return 0;
  }

  @Override
  public void at(long nanos, Runnable event) {
    throw new AssertionError("nothing is to happen");
  }

  @Override
  public int choose(String what, int bound) {
    int choice = random.nextInt(bound);
    log.add(what + " " + choice + "/" + bound);
    return choice;
  }

  @Override
  public boolean happens(String what, double probability) {
    return choose(what, (int) Math.round(1 / probability)) == 1;
  }

  @Override
  public void note(Supplier<String> what) {
    log.add(what.get());
  }
}
