package jasyncio.testing.internal.net;

import jasyncio.testing.internal.world.World;

/// Something that happens now and then, drawn so that the plain choice is that it does not: of
/// `bound` possibilities, one is that it happens, or all but the plain one.
record Chance(String what, int bound, boolean rare) {
  static Chance never(String what) {
    return new Chance(what, 1, true);
  }

  /// @param probability from 0, never, to 1, always
  static Chance of(String what, double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "the probability of " + what + " is between 0 and 1, not " + probability);
    }
    if (probability == 0) {
      return never(what);
    }
    boolean rare = probability <= 0.5;
    double bound = 1 / (rare ? probability : 1 - probability);
    return new Chance(what, (int) Math.min(Math.round(bound), Integer.MAX_VALUE), rare);
  }

  boolean isPossible() {
    return bound > 1;
  }

  boolean happens(World world) {
    if (bound <= 1) {
      return false;
    }
    if (bound == Integer.MAX_VALUE && !rare) {
      return true; // always
    }
    int choice = world.choose(what, bound);
    return rare ? choice == 1 : choice != 0;
  }
}
