package jasyncio.net;

/// The logger, apart from everything else: making one takes time.
final class NetLog {
  static final System.Logger LOGGER = System.getLogger("jasyncio");

  private NetLog() {}
}
