package jasyncio.testing.gallery;

import jasyncio.testing.Exploration;
import jasyncio.testing.Explore.Level;

/// A planted fault: a small part of a service that works, as far as a plain test can see.
///
/// @param name the kind of fault
/// @param level [FAITHFUL][Level#FAITHFUL] if it can happen in production as it is;
///   [CHAOS][Level#CHAOS] if it takes another order of the ready queue than asyncio promises
/// @param faulty a test of it as it was written
/// @param mended the same test of it as it should be
public record Exhibit(String name, Level level, Exploration.Body faulty, Exploration.Body mended) {
  public static Exhibit faithful(String name, Exploration.Body faulty, Exploration.Body mended) {
    return new Exhibit(name, Level.FAITHFUL, faulty, mended);
  }

  public static Exhibit chaos(String name, Exploration.Body faulty, Exploration.Body mended) {
    return new Exhibit(name, Level.CHAOS, faulty, mended);
  }

  @Override
  public String toString() {
    return name;
  }
}
