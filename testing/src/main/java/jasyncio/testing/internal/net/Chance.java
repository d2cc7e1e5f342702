package jasyncio.testing.internal.net;

import jasyncio.testing.internal.world.World;

/// Something that happens now and then.
record Chance(String what, double probability) {
  static Chance never(String what) {
    return new Chance(what, 0);
  }

  /// @param probability from 0, never, to 1, always
  static Chance of(String what, double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "the probability of " + what + " is between 0 and 1, not " + probability);
    }
    return new Chance(what, probability);
  }

  boolean isPossible() {
    return probability > 0;
  }

  boolean happens(World world) {
    return isPossible() && world.happens(what, probability);
  }
}
