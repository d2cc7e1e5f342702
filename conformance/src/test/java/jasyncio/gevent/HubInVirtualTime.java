package jasyncio.gevent;

import jasyncio.testing.InVirtualTime;

/// What [InVirtualTime] is for `run`, for a main program that waits for greenlets: its hub makes
/// its loop itself. In the package of hubs, as users cannot give it one.
public final class HubInVirtualTime {
  private HubInVirtualTime() {}

  /// Makes the hub of the calling thread, which has none.
  public static void install() {
    Hub.create(InVirtualTime.newEventLoop());
  }
}
