package jasyncio.process;

/// The logger, apart from everything else: making one takes time.
final class ProcessLog {
  static final System.Logger LOGGER = System.getLogger("jasyncio");

  private ProcessLog() {}
}
