package jasyncio.testing.models;

import static jasyncio.Asyncio.sleep;

import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.queue.QueueEmptyException;
import jasyncio.queue.QueueFullException;
import jasyncio.queue.QueueShutDownException;
import jasyncio.queue.ThreadsafeQueue;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What tasks of one loop put into a [ThreadsafeQueue] is taken out of it, once, by whoever came
/// first, and nobody waits for what is there.
///
/// Those who wait are served by whoever puts or takes, and go on later. So the model knows how many
/// items may be on their way to somebody, as many as wait, and not which.
///
/// Calls of other threads that do not wait are, to those who do, no others than calls of tasks: all
/// come under the queue's lock, and wake through the loop's inbox. Threads that wait are not here:
/// an exploration cannot choose when such a one goes on. They are in `ThreadsafeQueueLincheckTest`.
@Tag("slow")
class ThreadsafeQueueModelTest {
  private static final int PROGRAMS = 20;
  private static final int SIZE = 1;

  private enum Operation {
    PUT,
    PUT_WITHIN_A_SECOND,
    PUT_NOWAIT,
    GET,
    GET_WITHIN_A_SECOND,
    GET_NOWAIT,
    /// Takes one, and tells a turn later that it has dealt with it.
    WORK,
    ITERATE,
    JOIN,
    SLEEP,
    SHUT_DOWN,
    SHUT_DOWN_AT_ONCE
  }

  /// A place in a line: somebody who comes again has another one.
  private static final class Place {
    private final int task;

    Place(int task) {
      this.task = task;
    }

    @Override
    public String toString() {
      return "" + task;
    }
  }

  private static final class Lines extends Model<Operation> {
    private final ThreadsafeQueue<Integer> queue = new ThreadsafeQueue<>(SIZE);
    private final List<Integer> items = new ArrayList<>(); // that nobody has got yet
    private final List<Place> takers = new ArrayList<>(); // who waits, served or not, in order
    private final List<Place> putters = new ArrayList<>();
    private final List<Integer> dropped = new ArrayList<>();
    private int owed; // of those that were dropped so many were on their way
    private int givenUp; // how many may have given back an item, into a queue that was full again
    private int made;
    private int open; // were taken, and are not dealt with
    private int finishes; // how often all was dealt with
    private boolean shutDown;

    @Override
    boolean waitsForOthers() {
      return true;
    }

    @Override
    void perform(int task, Operation operation) throws Exception {
      try {
        switch (operation) {
          case PUT -> put(task);
          case PUT_WITHIN_A_SECOND -> withinASecond(() -> put(task));
          case PUT_NOWAIT -> {
            queue.putNowait(++made);
            wasPut(made, putters);
          }
          case GET -> get(task, queue::get);
          case GET_WITHIN_A_SECOND -> withinASecond(() -> get(task, queue::get));
          case GET_NOWAIT -> wasTaken(queue.getNowait(), takers, 0);
          case WORK -> {
            get(task, queue::get);
            try {
              sleep(0);
            } finally {
              queue.taskDone();
              open--;
              noteIfFinished();
            }
          }
          case ITERATE -> {
            var iterator = queue.iterator();
            get(task, iterator::next);
            get(task, iterator::next);
          }
          case JOIN -> {
            int before = finishes;
            waits(
                task,
                "join()",
                () -> open + items.size() == 0 || finishes > before,
                () -> {
                  queue.join();
                  return true;
                });
          }
          case SLEEP -> sleep(1);
          case SHUT_DOWN -> {
            queue.shutdown();
            shutDown = true;
          }
          case SHUT_DOWN_AT_ONCE -> dropAll();
        }
      } catch (QueueShutDownException | NoSuchElementException e) {
        ensure(shutDown, "it is not shut down");
      } catch (QueueEmptyException e) {
        ensure(items.size() <= takers.size(), "it is not empty: %s", this);
      } catch (QueueFullException e) {
        ensure(items.size() + putters.size() >= SIZE, "it is not full: %s", this);
      }
      looksRight();
    }

    private void put(int task) {
      int item = ++made;
      var place = new Place(task);
      var earlier = List.copyOf(putters);
      putters.add(place);
      try {
        waits(
            task,
            "put()",
            () -> shutDown || items.size() < SIZE + (isQuiet() ? 0 : takers.size() + givenUp),
            () -> {
              queue.put(item);
              return true;
            });
      } finally {
        putters.remove(place);
      }
      wasPut(item, stillWaiting(earlier, putters));
    }

    /// Was put. Those who came before have room of their own.
    private void wasPut(int item, List<Place> earlier) {
      items.add(item);
      ensure(!shutDown, "it is shut down");
      ensure(
          items.size() + undisturbed(earlier) <= SIZE + takers.size() + givenUp,
          "somebody was overtaken, or there was no room: %s",
          this);
    }

    private void get(int task, Awaitable<Integer, RuntimeException> call) {
      var place = new Place(task);
      var earlier = List.copyOf(takers);
      int before = givenUp;
      takers.add(place);
      int item;
      try {
        item = waits(task, "get()", () -> shutDown || !items.isEmpty(), call);
      } catch (CancelledError e) {
        givenUp++;
        throw e;
      } finally {
        takers.remove(place);
      }
      wasTaken(item, stillWaiting(earlier, takers), givenUp - before);
    }

    /// Was taken. Those who came before have an item of their own, and what is older is on its way
    /// to them or others, or was given back meanwhile.
    private void wasTaken(Integer item, List<Place> earlier, int givenUpMeanwhile) {
      int older = items.indexOf(item);
      open++;
      if (older >= 0) {
        items.remove(/* index */ older);
        ensure(
            older <= takers.size() + givenUpMeanwhile, "%d is not the first one: %s", item, this);
        ensure(
            shutDown || undisturbed(earlier) <= items.size(), "somebody was overtaken: %s", this);
      } else {
        ensure(dropped.remove(/* element */ item) && owed-- > 0, "%d is not there: %s", item, this);
      }
    }

    private static List<Place> stillWaiting(List<Place> some, List<Place> line) {
      return some.stream().filter(line::contains).toList();
    }

    private int undisturbed(List<Place> line) {
      return (int) line.stream().filter(p -> task(p.task).cancelling() == 0).count();
    }

    private void dropAll() {
      int kept = queue.qsize();
      queue.shutdown(true);
      shutDown = true;
      owed += items.size() - kept;
      dropped.addAll(items);
      items.clear();
      noteIfFinished();
    }

    private void noteIfFinished() {
      finishes += open + items.size() + owed == 0 ? 1 : 0;
    }

    private void looksRight() {
      int size = queue.qsize();
      ensure(
          size <= items.size() && size >= items.size() - takers.size(),
          "it has %d items: %s",
          size,
          this);
    }

    @Override
    void end() {
      looksRight();
      ensure(
          !queue.toString().contains("takers") && !queue.toString().contains("putters"),
          "in the end it is %s",
          queue);
    }

    @Override
    public String toString() {
      return "%s, and should have %s, with takers %s and putters %s"
          .formatted(queue, items, takers, putters);
    }
  }

  @Test
  void items_areTakenOnce_byWhoCameFirst() {
    var operations = new ArrayList<>(EnumSet.range(Operation.PUT, Operation.SLEEP));
    operations.addAll(List.of(Operation.PUT, Operation.PUT, Operation.GET, Operation.GET));
    var programs = new ArrayList<>(Program.draw(2 * PROGRAMS, operations));
    var put = List.of(Operation.PUT);
    var get = List.of(Operation.GET);
    programs.add(new Program<>(List.of(put, put, put, get), 1));
    programs.add(new Program<>(List.of(get, get, put, List.of(Operation.GET_NOWAIT)), 0));
    // what is given back is older than what was kept meanwhile
    programs.add(
        new Program<>(
            List.of(
                get,
                List.of(Operation.PUT, Operation.PUT),
                List.of(Operation.SLEEP, Operation.GET_NOWAIT)),
            0));
    // who puts as promised, and hands it on, leaves the room to the next one
    programs.add(
        new Program<>(
            List.of(put, put, put, List.of(Operation.GET, Operation.GET)), Program.NOBODY));
    Model.check("threadsafe queue", programs, Lines::new);
  }

  @Test
  void shutDown_letsEverybodyGo() {
    var programs = new ArrayList<>(Program.draw(2 * PROGRAMS, List.of(Operation.values())));
    // what is given back after all was dropped is dropped, too
    programs.add(
        new Program<>(
            List.of(
                List.of(Operation.GET),
                List.of(Operation.PUT, Operation.SHUT_DOWN_AT_ONCE),
                List.of(Operation.JOIN)),
            0));
    Model.check("threadsafe queue", programs, Lines::new);
  }
}
