package jasyncio.testing.models;

import static jasyncio.Asyncio.sleep;
import static jasyncio.generator.Generators.asyncGenerator;
import static jasyncio.generator.Generators.generator;

import jasyncio.generator.Generator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A generator that several tasks iterate gives each item once, in order, is in the hands of one at
/// a time, and cleans up once.
@Tag("slow")
class GeneratorModelTest {
  private enum Operation {
    NEXT,
    HAS_NEXT,
    ITERATE,
    CLOSE,
    YIELD
  }

  private static final class Iterations extends Model<Operation> {
    private static final int ITEMS = 3;

    private final Iterator<Integer> items;
    private int given; // by the body
    private int taken;
    private int begins;
    private int ends;
    private int inside;
    private boolean closed;

    Iterations(boolean async) {
      Generator.Body<Integer> body =
          g -> {
            begins++;
            try {
              while (given < ITEMS) {
                sleep(0);
                g.yield(given++);
              }
            } finally {
              try {
                sleep(0);
              } finally {
                ends++;
              }
            }
          };
      items = async ? asyncGenerator(body) : generator(body);
    }

    @Override
    void perform(int task, Operation operation) throws Exception {
      switch (operation) {
        case NEXT -> next();
        case HAS_NEXT -> hasNext();
        case ITERATE -> {
          while (hasNext()) {
            next();
          }
        }
        case CLOSE -> close();
        case YIELD -> sleep(0);
      }
    }

    private void next() {
      boolean busy = inside > 0;
      boolean ahead = given > taken;
      inside++;
      try {
        int item = items.next();
        ensure(item == taken, "item %d was given, and %d is next", item, taken);
        taken++;
        ensure(!busy || ahead, "two were inside");
      } catch (NoSuchElementException e) {
        ensure(over(), "there would be more");
      } catch (IllegalStateException e) {
        ensure(busy, "it says that somebody is inside: %s", e);
      } finally {
        inside--;
      }
    }

    private boolean hasNext() {
      boolean busy = inside > 0;
      boolean ahead = given > taken;
      inside++;
      try {
        boolean any = items.hasNext();
        ensure(any ? given > taken : over(), "hasNext() said %s", any);
        ensure(!busy || ahead, "two were inside");
        return any;
      } catch (IllegalStateException e) {
        ensure(busy, "it says that somebody is inside: %s", e);
        return false;
      } finally {
        inside--;
      }
    }

    private boolean over() {
      return closed || (ends == begins && begins > 0);
    }

    private void close() throws Exception {
      boolean busy = inside > 0;
      inside++;
      try {
        ((AutoCloseable) items).close();
        ensure(!busy, "two were inside");
        closed = true;
        taken = given;
        ensure(begins == ends, "it is closed, and its body goes on");
      } catch (IllegalStateException e) {
        ensure(busy, "it says that somebody is inside: %s", e);
      } finally {
        inside--;
      }
    }

    @Override
    void end() throws Exception {
      ensure(inside == 0, "somebody is inside");
      close();
      ensure(begins == ends && begins <= 1, "it began %d times, and ended %d times", begins, ends);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void items_areGivenOnce_inOrder(boolean async) {
    Model.check(
        async ? "asynchronous generator" : "generator",
        Program.draw(20, List.of(Operation.values())),
        () -> new Iterations(async));
  }
}
