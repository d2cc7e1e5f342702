package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Task;
import jasyncio.sync.Event;
import java.util.ArrayList;

/// A client that has one call at a time under way: all who wait are told when that is over, and
/// none of them looks again whether another was faster.
///
/// FAITHFUL: in the plain run there is never more than one who waits; it takes but a call that is
/// slow.
final class CrowdedLimit {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "rate limit that lets a crowd in",
          _ -> threeCalls(new Client()),
          _ -> threeCalls(new MendedClient()));

  private CrowdedLimit() {}

  private static class Client {
    final Event room = new Event();
    int underWay;
    int most;

    Client() {
      room.set();
    }

    final void call() {
      awaitRoom();
      room.clear();
      most = Math.max(most, ++underWay);
      try {
        sleep(0.1); // connect
        sleep(0.1); // send
        sleep(0.1); // receive
      } finally {
        underWay--;
        room.set();
      }
    }

    void awaitRoom() {
      room.await();
    }
  }

  private static final class MendedClient extends Client {
    @Override
    void awaitRoom() {
      while (!room.isSet()) {
        room.await();
      }
    }
  }

  private static void threeCalls(Client client) {
    var calls = new ArrayList<Task<Void>>();
    calls.add(createTask(() -> client.call(), "call-1"));
    sleep(0.4);
    calls.add(createTask(() -> client.call(), "call-2"));
    sleep(0.1);
    calls.add(createTask(() -> client.call(), "call-3"));
    await(gather(calls));
    assertThat(client.most).isEqualTo(1);
  }
}
