package jasyncio;

/// The logger, apart from everything else: making one takes longer than all the rest of a short
/// program.
final class Log {
  static final System.Logger LOGGER = System.getLogger("jasyncio");

  private Log() {}
}
