package jasyncio.internal.loop;

import static jasyncio.LincheckFinding.assertFound;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Checks all interleavings of a few pushes with the drains of one consumer.
@Tag("lincheck")
@Timeout(600)
class InboxLincheckTest {
  private static ModelCheckingOptions options() {
    return new ModelCheckingOptions()
        .iterations(10)
        .invocationsPerIteration(500)
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .sequentialSpecification(Fifo.class);
  }

  private static final class Numbered extends Entry {
    final int number;

    Numbered(int number) {
      this.number = number;
    }
  }

  /// What an inbox does when nothing happens at the same time.
  public static final class Fifo {
    private final List<Integer> entries = new ArrayList<>();

    public void push(int number) {
      entries.add(number);
    }

    public List<Integer> drain() {
      var all = List.copyOf(entries);
      entries.clear();
      return all;
    }

    public boolean isEmpty() {
      return entries.isEmpty();
    }
  }

  /// The inbox, with its entries as numbers.
  @Param(name = "number", gen = IntGen.class, conf = "1:9")
  public static final class Subject {
    private final Inbox inbox = new Inbox();

    @Operation
    public void push(@Param(name = "number") int number) {
      inbox.push(new Numbered(number));
    }

    @Operation(nonParallelGroup = "consumer")
    public List<Integer> drain() {
      var queue = new ReadyQueue();
      inbox.drainTo(queue);
      var numbers = new ArrayList<Integer>();
      while (queue.size() > 0) {
        numbers.add(((Numbered) queue.remove()).number);
      }
      return numbers;
    }

    @Operation
    public boolean isEmpty() {
      return inbox.isEmpty();
    }
  }

  @Test
  void inbox_isLinearizable() {
    options().check(Subject.class);
  }

  /// The inbox with a mistake: it pushes without compare-and-set.
  @Param(name = "number", gen = IntGen.class, conf = "1:9")
  public static final class Broken {
    private final AtomicReference<List<Integer>> top = new AtomicReference<>(List.of());

    @Operation
    public void push(@Param(name = "number") int number) {
      var longer = new ArrayList<>(top.get());
      longer.add(number);
      top.set(longer);
    }

    @Operation(nonParallelGroup = "consumer")
    public List<Integer> drain() {
      return top.getAndSet(List.of());
    }

    @Operation
    public boolean isEmpty() {
      return top.get().isEmpty();
    }
  }

  @Test
  void brokenInbox_isFoundOut() {
    assertFound(() -> options().check(Broken.class));
  }
}
