package jasyncio.testing;

import jasyncio.internal.loop.Channels;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.Waiting;

/// The time of a simulated host. Its loop never waits: it stops when it would, and is run again
/// when it has something to do.
final class HostTime implements Waiting {
  private final Inbox inbox;
  private final Channels channels;
  private final Host host;
  private volatile boolean waiting;

  HostTime(Inbox inbox, Channels channels, Host host) {
    this.inbox = inbox;
    this.channels = channels;
    this.host = host;
  }

  @Override
  public long nanos() {
    return host.nanos();
  }

  @Override
  public void send(Entry entry) {
    inbox.push(entry);
    host.wake();
  }

  @Override
  public void await(long nanos) {
    waiting = false;
    if (!inbox.isEmpty()) {
      return;
    }
    channels.selectNow();
    if (!channels.haveFound() && !host.doesInstead(nanos)) {
      waiting = true;
      host.sleep(nanos);
    }
  }

  @Override
  public boolean isWaiting() {
    return waiting;
  }
}
