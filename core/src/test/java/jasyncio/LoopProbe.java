package jasyncio;

import jasyncio.internal.loop.Channels;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.LoopCore;
import jasyncio.internal.loop.LoopParts;
import jasyncio.internal.loop.ReadyQueue;
import jasyncio.internal.loop.Sleeper;
import jasyncio.internal.loop.TimerHeap;
import java.lang.reflect.Field;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A loop whose iterations and time are in the hands of a test, which also hears of each turn.
final class LoopProbe {
  final EventLoop loop;
  private final Queue ready;
  private long now = 1_000_000_000;

  LoopProbe(Consumer<Entry> beforeTurn) {
    ready = new Queue(beforeTurn);
    loop =
        new EventLoop(
            null,
            new LoopParts((inbox, channels, _) -> new Sleeper(inbox, channels, () -> now), ready));
  }

  /// Runs one iteration, which does not wait.
  void step() {
    ready.running = true;
    try {
      loop.stop();
      loop.runForever();
    } finally {
      ready.running = false;
    }
  }

  /// Whether nothing is ready.
  boolean isStill() {
    return ready.size() == 0 && ((Inbox) get(INBOX, loop.core)).isEmpty();
  }

  /// Has done what waits for the loop to be idle; whether there is something.
  boolean idle() {
    var entry = loop.idleHooks.beforeWait(false, true);
    if (entry == null) {
      return false;
    }
    loop.core.schedule(entry);
    return true;
  }

  /// Lets time pass until the first timer is due; whether there is one.
  boolean jump() {
    long first = timers().firstNanos();
    if (first == Long.MAX_VALUE) {
      return false;
    }
    now = Math.max(now, first);
    step();
    return true;
  }

  private TimerHeap timers() {
    return loop.core.timers();
  }

  /// What is still registered somewhere.
  List<String> leftovers() {
    var left = new ArrayList<String>();
    if (timers().firstNanos() != Long.MAX_VALUE) {
      left.add("a timer is left");
    }
    var selector = (Selector) get(SELECTOR, loop.core.channels());
    if (selector != null) {
      for (var key : selector.keys()) {
        if (key.isValid()) {
          left.add("still watched: " + key.channel());
        }
      }
    }
    var generators = loop.asyncgens.open();
    if (!generators.isEmpty()) {
      left.add("open generators: " + generators);
    }
    if (answersExpected() != 0) {
      left.add("answers still expected: " + answersExpected());
    }
    return left;
  }

  /// How many calls other threads have not answered yet.
  int answersExpected() {
    return ((AtomicInteger) get(ANSWERS, loop.idleHooks)).get();
  }

  /// The loop's ready queue.
  private final class Queue extends ReadyQueue {
    private final Consumer<Entry> beforeTurn;
    private boolean running;

    Queue(Consumer<Entry> beforeTurn) {
      this.beforeTurn = beforeTurn;
    }

    /// Not so where the loop sorts its queue before it stops.
    private boolean isTurning() {
      return (boolean) LoopProbe.get(RUNNING, loop.core);
    }

    @Override
    public Entry remove() {
      var entry = super.remove();
      if (running && isTurning()) {
        beforeTurn.accept(entry);
      }
      return entry;
    }
  }

  // ---- reflection -------------------------------------------------------------------------------

  private static final Field RUNNING = field(LoopCore.class, "running");
  private static final Field INBOX = field(LoopCore.class, "inbox");
  private static final Field SELECTOR = field(Channels.class, "selector");
  private static final Field ANSWERS = field(IdleHooks.class, "answers");

  private static Field field(Class<?> type, String name) {
    try {
      var field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  static @Nullable Object get(Field field, Object object) {
    try {
      field.setAccessible(true);
      return field.get(object);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
