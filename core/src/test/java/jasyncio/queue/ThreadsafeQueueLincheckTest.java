package jasyncio.queue;

import static jasyncio.LincheckFinding.assertFound;

import java.util.ArrayDeque;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Checks all interleavings of a few operations of three threads.
///
/// `poll` and `offer` have no time to wait, but they stand in line nevertheless, and leave it: so
/// they may be served at any moment in between. `offer` has no maximal size to wait for, though:
/// one that waits is promised room and puts its item later, and whoever finds no room because of
/// that promise is told what no sequence of calls explains. That it loses nothing is checked by
/// another test.
@Tag("lincheck")
@Timeout(600)
class ThreadsafeQueueLincheckTest {
  private static final int MAXSIZE = 2;

  private static ModelCheckingOptions options(Class<?> specification) {
    return new ModelCheckingOptions()
        .iterations(10)
        .invocationsPerIteration(300)
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(2)
        .sequentialSpecification(specification);
  }

  /// What a queue does when nothing happens at the same time.
  static class Sequential {
    private final int maxsize;
    private final ArrayDeque<Integer> items = new ArrayDeque<>();
    private boolean shutDown;

    Sequential(int maxsize) {
      this.maxsize = maxsize;
    }

    public String offer(int item) {
      if (shutDown) {
        return "shut down";
      }
      return items.size() < maxsize && items.add(item) ? "put" : "full";
    }

    public String poll() {
      var item = items.poll();
      return item != null ? item.toString() : shutDown ? "shut down" : "empty";
    }

    public String putNowait(int item) {
      return offer(item);
    }

    public String getNowait() {
      return poll();
    }

    public void shutdown() {
      shutDown = true;
    }

    public void shutdownImmediately() {
      shutDown = true;
      items.clear();
    }
  }

  public static final class SequentialBounded extends Sequential {
    public SequentialBounded() {
      super(MAXSIZE);
    }
  }

  public static final class SequentialUnbounded extends Sequential {
    public SequentialUnbounded() {
      super(Integer.MAX_VALUE);
    }
  }

  /// With a maximal size.
  @Param(name = "item", gen = IntGen.class, conf = "1:9")
  public static final class Bounded {
    private final ThreadsafeQueue<Integer> queue = new ThreadsafeQueue<>(MAXSIZE);

    @Operation
    public String poll() throws InterruptedException {
      Integer item = queue.blocking().poll(0);
      return item == null ? "empty" : item.toString();
    }

    @Operation
    public String putNowait(@Param(name = "item") int item) {
      try {
        queue.putNowait(item);
        return "put";
      } catch (QueueFullException e) {
        return "full";
      }
    }

    @Operation
    public String getNowait() {
      try {
        return queue.getNowait().toString();
      } catch (QueueEmptyException e) {
        return "empty";
      }
    }
  }

  @Test
  void boundedQueue_isLinearizable() {
    options(SequentialBounded.class).check(Bounded.class);
  }

  /// With a shutdown.
  @Param(name = "item", gen = IntGen.class, conf = "1:9")
  public static final class Closing {
    private final ThreadsafeQueue<Integer> queue = new ThreadsafeQueue<>();

    @Operation
    public String offer(@Param(name = "item") int item) throws InterruptedException {
      try {
        return queue.blocking().offer(item, 0) ? "put" : "full";
      } catch (QueueShutDownException e) {
        return "shut down";
      }
    }

    @Operation
    public String poll() throws InterruptedException {
      try {
        Integer item = queue.blocking().poll(0);
        return item == null ? "empty" : item.toString();
      } catch (QueueShutDownException e) {
        return "shut down";
      }
    }

    @Operation
    public void shutdown() {
      queue.shutdown();
    }

    @Operation
    public void shutdownImmediately() {
      queue.shutdown(true);
    }
  }

  @Test
  void queueThatIsShutDown_isLinearizable() {
    options(SequentialUnbounded.class).check(Closing.class);
  }

  /// A queue with a mistake: it looks, and then takes.
  @Param(name = "item", gen = IntGen.class, conf = "1:9")
  public static final class Broken {
    private final ArrayDeque<Integer> items = new ArrayDeque<>();

    @Operation
    public String offer(@Param(name = "item") int item) {
      synchronized (items) {
        items.add(item);
      }
      return "put";
    }

    @Operation
    public String poll() {
      synchronized (items) {
        if (items.isEmpty()) {
          return "empty";
        }
      }
      synchronized (items) {
        return String.valueOf(items.poll());
      }
    }
  }

  @Test
  void brokenQueue_isFoundOut() {
    assertFound(() -> options(SequentialUnbounded.class).check(Broken.class));
  }
}
