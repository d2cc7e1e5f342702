package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.GatherOption;
import jasyncio.queue.Queue;
import jasyncio.testing.TestScope;
import java.util.List;

/// A pool of connections that looks, before it hands one out, whether that is still alive. Who is
/// cancelled during that has not got it yet, and does not give it back.
///
/// FAITHFUL: requests are cancelled at any moment.
final class PoolLeak {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "pool that leaks on cancellation",
          scope -> twoRequests(scope, new Pool()),
          scope -> twoRequests(scope, new MendedPool()));

  private PoolLeak() {}

  private record Connection(String name) {
    void ping() {
      sleep(0.001);
    }

    void query() {
      sleep(0.01);
    }
  }

  private static class Pool {
    final Queue<Connection> free = new Queue<>();

    Pool() {
      free.putNowait(new Connection("c1"));
      free.putNowait(new Connection("c2"));
    }

    Connection borrow() {
      var connection = free.get();
      connection.ping();
      return connection;
    }

    final void giveBack(Connection connection) {
      free.putNowait(connection);
    }
  }

  private static final class MendedPool extends Pool {
    @Override
    Connection borrow() {
      var connection = free.get();
      boolean alive = false;
      try {
        connection.ping();
        alive = true;
      } finally {
        if (!alive) {
          giveBack(connection);
        }
      }
      return connection;
    }
  }

  private static void twoRequests(TestScope scope, Pool pool) {
    var one = scope.mayBeCancelled(createTask(() -> request(pool), "request-1"));
    var other = scope.mayBeCancelled(createTask(() -> request(pool), "request-2"));
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(one, other)));
    assertThat(pool.free.qsize()).isEqualTo(2);
  }

  private static void request(Pool pool) {
    var connection = pool.borrow();
    try {
      connection.query();
    } finally {
      pool.giveBack(connection);
    }
  }
}
