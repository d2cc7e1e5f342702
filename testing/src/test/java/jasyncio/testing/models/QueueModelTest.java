package jasyncio.testing.models;

import static jasyncio.Asyncio.sleep;

import jasyncio.queue.LifoQueue;
import jasyncio.queue.PriorityQueue;
import jasyncio.queue.Queue;
import jasyncio.queue.QueueEmptyException;
import jasyncio.queue.QueueFullException;
import jasyncio.queue.QueueShutDownException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is put into a queue is taken out of it, once, in its order, and nobody waits for what is
/// there.
@Tag("slow")
class QueueModelTest {
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

  @SuppressWarnings("ImmutableEnumChecker") // functions keep nothing
  enum Kind {
    FIFO(Queue::new, List::getFirst),
    PRIORITY(PriorityQueue::new, Collections::min),
    LIFO(LifoQueue::new, List::getLast);

    final IntFunction<Queue<Integer>> maker;
    final Function<List<Integer>, Integer> next;

    Kind(IntFunction<Queue<Integer>> maker, Function<List<Integer>, Integer> next) {
      this.maker = maker;
      this.next = next;
    }
  }

  /// A queue, and what should be in it.
  private static final class Line {
    final Kind kind;
    final Queue<Integer> queue;
    final List<Integer> items = new ArrayList<>();
    boolean shutDown;
    int unfinished;
    int finishes; // how often all was dealt with

    Line(Kind kind) {
      this.kind = kind;
      queue = kind.maker.apply(SIZE);
    }

    void put(int item) {
      items.add(item);
      unfinished++;
      looksRight();
    }

    void taken(int item) {
      var next = kind.next.apply(items);
      Model.ensure(next == item, "%d comes before %d", item, next);
      items.remove(/* element */ next);
      looksRight();
    }

    void done() {
      queue.taskDone();
      finish(1);
    }

    private void finish(int count) {
      unfinished -= count;
      finishes += unfinished == 0 ? 1 : 0;
    }

    void shutDown(boolean immediate) {
      queue.shutdown(immediate);
      shutDown = true;
      if (immediate) {
        int dropped = items.size();
        items.clear();
        finish(dropped);
      }
      looksRight();
    }

    void looksRight() {
      Model.ensure(
          queue.qsize() == items.size() && items.size() <= SIZE,
          "it has %s, and should have %s",
          queue,
          items);
    }
  }

  private static final class Queues extends Model<Operation> {
    private final Line line;
    private int made;

    Queues(Kind kind) {
      line = new Line(kind);
    }

    @Override
    void perform(int task, Operation operation) throws Exception {
      try {
        switch (operation) {
          case PUT -> put(task);
          case PUT_WITHIN_A_SECOND -> withinASecond(() -> put(task));
          case PUT_NOWAIT -> {
            int item = next();
            line.queue.putNowait(item);
            line.put(item);
          }
          case GET -> get(task);
          case GET_WITHIN_A_SECOND -> withinASecond(() -> get(task));
          case GET_NOWAIT -> line.taken(line.queue.getNowait());
          case WORK -> {
            get(task);
            try {
              sleep(0);
            } finally {
              line.done();
            }
          }
          case ITERATE -> {
            int count = 0;
            for (var it = line.queue.iterator();
                count < 2 && waits(task, "hasNext()", this::mayGet, it::hasNext);
                count++) {
              line.taken(it.next());
            }
          }
          case JOIN -> {
            int before = line.finishes;
            waits(
                task,
                "join()",
                () -> line.unfinished == 0 || line.finishes > before,
                () -> {
                  line.queue.join();
                  return true;
                });
          }
          case SLEEP -> sleep(1);
          case SHUT_DOWN -> line.shutDown(false);
          case SHUT_DOWN_AT_ONCE -> line.shutDown(true);
        }
      } catch (QueueShutDownException e) {
        ensure(line.shutDown, "it is not shut down");
      } catch (QueueEmptyException e) {
        ensure(line.items.isEmpty(), "it is not empty: %s", line.queue);
      } catch (QueueFullException e) {
        ensure(line.items.size() == SIZE, "it is not full: %s", line.queue);
      }
    }

    private int next() {
      made = (made + 7) % 10; // not in order
      return made;
    }

    private void put(int task) throws Exception {
      int item = next();
      waits(
          task,
          "put()",
          () -> line.items.size() < SIZE || line.shutDown,
          () -> {
            try {
              line.queue.put(item);
            } catch (QueueFullException e) {
              throw new AssertionError("it did not wait", e);
            }
            return true;
          });
      line.put(item);
    }

    private boolean mayGet() {
      return !line.items.isEmpty() || line.shutDown;
    }

    private void get(int task) throws Exception {
      line.taken(
          waits(
              task,
              "get()",
              this::mayGet,
              () -> {
                try {
                  return line.queue.get();
                } catch (QueueEmptyException e) {
                  throw new AssertionError("it did not wait", e);
                }
              }));
    }

    @Override
    void end() {
      line.looksRight();
      ensure(
          !line.queue.toString().contains("etters") && !line.queue.toString().contains("putters"),
          "in the end it is %s",
          line.queue);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void items_areTakenOnce_inOrder(Kind kind) {
    var operations = new ArrayList<>(EnumSet.range(Operation.PUT, Operation.SLEEP));
    operations.addAll(List.of(Operation.PUT, Operation.PUT, Operation.GET, Operation.GET));
    var programs = new ArrayList<>(Program.draw(PROGRAMS, operations));
    var put = List.of(Operation.PUT);
    programs.add(new Program<>(List.of(put, put, put, List.of(Operation.GET)), 1));
    Model.check("queue " + kind, programs, () -> new Queues(kind));
  }

  @Test
  void shutDown_letsEverybodyGo() {
    Model.check(
        "queue",
        Program.draw(2 * PROGRAMS, List.of(Operation.values())),
        () -> new Queues(Kind.FIFO));
  }

  // ---- select -----------------------------------------------------------------------------------

  private enum OfSelect {
    SELECT,
    SELECT_WITHIN_A_SECOND,
    SELECT_REVERSED,
    GET_FIRST,
    PUT_FIRST,
    PUT_SECOND,
    PUT_BOTH,
    SLEEP,
    SHUT_DOWN_FIRST
  }

  private static final class Selects extends Model<OfSelect> {
    private final Line first = new Line(Kind.FIFO);
    private final Line second = new Line(Kind.FIFO);
    private int made;

    @Override
    void perform(int task, OfSelect operation) throws Exception {
      try {
        switch (operation) {
          case SELECT -> select(task, first, second);
          case SELECT_WITHIN_A_SECOND -> withinASecond(() -> select(task, first, second));
          case SELECT_REVERSED -> select(task, second, first);
          case GET_FIRST ->
              first.taken(
                  waits(
                      task,
                      "get()",
                      () -> !first.items.isEmpty() || first.shutDown,
                      first.queue::get));
          case PUT_FIRST -> put(first);
          case PUT_SECOND -> put(second);
          case PUT_BOTH -> {
            put(second);
            put(first);
          }
          case SLEEP -> sleep(1);
          case SHUT_DOWN_FIRST -> first.shutDown(false);
        }
      } catch (QueueFullException e) {
        ensure(first.items.size() + second.items.size() > 0, "none is full");
      } catch (QueueShutDownException e) {
        ensure(first.shutDown, "none is shut down");
      }
    }

    private void put(Line line) {
      line.queue.putNowait(++made);
      line.put(made);
    }

    private void select(int task, Line one, Line other) throws Exception {
      var selected =
          waits(
              task,
              "select()",
              () -> !first.items.isEmpty() || !second.items.isEmpty(),
              () -> Queue.select(one.queue, other.queue));
      if (selected.queue() == one.queue) {
        one.taken(selected.item());
      } else {
        ensure(one.items.isEmpty(), "the first in the list was passed over");
        other.taken(selected.item());
      }
    }

    @Override
    void end() {
      for (var line : List.of(first, second)) {
        line.looksRight();
        ensure(!line.queue.toString().contains("etters"), "in the end it is %s", line.queue);
      }
    }
  }

  @Test
  void select_takesOneItem() {
    Model.check("select", Program.draw(2 * PROGRAMS, List.of(OfSelect.values())), Selects::new);
  }
}
