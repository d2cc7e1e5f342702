package jasyncio.testing.gallery;

/// How much the tests of simulated programs try.
public final class Effort {
  private static final boolean WHOLE = "whole".equals(System.getProperty("jasyncio.gallery"));

  private Effort() {}

  /// All of it with `-Djasyncio.gallery=whole`; else as much as a run of all tests has time for.
  public static int of(int whole, int usual) {
    return WHOLE ? whole : usual;
  }
}
