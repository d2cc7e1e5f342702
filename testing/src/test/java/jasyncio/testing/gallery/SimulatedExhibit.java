package jasyncio.testing.gallery;

import jasyncio.testing.Exploration;
import jasyncio.testing.Simulation;

/// A planted fault in a small program that talks over a network, or keeps something on a disk: it
/// works, as far as a plain test can see.
///
/// @param name the kind of fault
/// @param faulty a test of it as it was written
/// @param mended the same test of it as it should be
public record SimulatedExhibit(String name, Test faulty, Test mended) {
  /// A test in a simulated world.
  @FunctionalInterface
  public interface Test {
    void run(Simulation sim) throws Exception;
  }

  /// An exploration of one of the two.
  public Exploration explore(Test test) {
    return Exploration.of(name, scope -> test.run(scope.simulation())).simulated();
  }

  @Override
  public String toString() {
    return name;
  }
}
