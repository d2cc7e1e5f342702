package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.GatherOption;
import jasyncio.testing.TestScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;

/// A queue of jobs: a worker that is cancelled puts the job that it was busy with back, behind all
/// others.
///
/// FAITHFUL: workers are cancelled at any moment, when their number is reduced.
final class Reordered {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "queue that reorders",
          scope -> workerAndSuccessor(scope, Deque::addLast),
          scope -> workerAndSuccessor(scope, Deque::addFirst));

  private Reordered() {}

  private record Worker(
      Deque<Integer> jobs, List<Integer> done, BiConsumer<Deque<Integer>, Integer> putBack) {
    void work() {
      while (!jobs.isEmpty()) {
        int job = jobs.removeFirst();
        boolean ended = false;
        try {
          sleep(0.1);
          done.add(job);
          ended = true;
        } finally {
          if (!ended) {
            putBack.accept(jobs, job);
          }
        }
      }
    }
  }

  private static void workerAndSuccessor(
      TestScope scope, BiConsumer<Deque<Integer>, Integer> putBack) {
    var jobs = new ArrayDeque<>(List.of(1, 2, 3));
    var done = new ArrayList<Integer>();
    var worker = new Worker(jobs, done, putBack);
    var first = scope.mayBeCancelled(createTask(worker::work, "worker"));
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(first)));
    worker.work(); // the successor
    assertThat(done).containsExactly(1, 2, 3);
  }
}
