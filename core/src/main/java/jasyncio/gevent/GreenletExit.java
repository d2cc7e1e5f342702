package jasyncio.gevent;

/// Ends a greenlet: what [Greenlet#kill()] throws into it. Clean up and let it go on.
///
/// An [Error], so that `catch (Exception e)` does not swallow it. A greenlet that it leaves counts
/// as successful; [Greenlet#exit()] gives the exit. Python: `gevent.GreenletExit`, the value.
public class GreenletExit extends Error {
  private static final long serialVersionUID = 1L;

  /// An exit.
  public GreenletExit() {
    super();
  }

  /// An exit with a message.
  ///
  /// @param message why
  public GreenletExit(String message) {
    super(message);
  }
}
