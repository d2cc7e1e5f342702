package jasyncio.testing.gallery.old;

import static jasyncio.Asyncio.allTasks;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.gevent.Pool;
import jasyncio.sync.Semaphore;
import jasyncio.testing.TestScope;
import jasyncio.testing.gallery.Exhibit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.function.Consumer;

/// gevent's `Pool` as it was first: a greenlet gave its place back in the end of its body, which is
/// never come to if its task is cancelled before it runs.
public final class OldPool {
  /// The place is taken for ever.
  public static final Exhibit PLACE =
      Exhibit.faithful(
          "gevent Pool: greenlet whose task never ran",
          scope -> twoJobs(scope, new Old()::spawn),
          scope -> {
            var pool = new Pool(1);
            twoJobs(scope, body -> pool.spawn(() -> body.run()));
          });

  private OldPool() {}

  private static final class Old {
    private final Semaphore room = new Semaphore(1);

    void spawn(Runnable body) {
      var place = room.acquire();
      createTask(
          () -> {
            try {
              body.run();
            } finally {
              place.close();
            }
          },
          "greenlet");
    }
  }

  private static void twoJobs(TestScope scope, Consumer<Runnable> spawn) {
    var done = new ArrayList<Integer>();
    var before = new HashSet<>(allTasks(getRunningLoop()));
    spawn.accept(() -> {
      sleep(0.1);
      done.add(1);
    });
    var spawned = new HashSet<>(allTasks(getRunningLoop()));
    spawned.removeAll(before);
    spawned.forEach(scope::mayBeCancelled);
    spawn.accept(() -> done.add(2));
    sleep(1);
    assertThat(done).endsWith(2);
  }
}
