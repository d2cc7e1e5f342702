package jasyncio.internal.loop;

import static jasyncio.LincheckFinding.assertFound;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jetbrains.lincheck.Lincheck;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Checks how a loop goes to sleep and how it is woken: no interleaving may leave it asleep with an
/// entry in its inbox.
///
/// What is checked is [Sleeper] itself, parked and in a selector; and that mistakes would be found.
@Tag("lincheck")
@Timeout(600)
class WakeUpLincheckTest {
  private static final int INVOCATIONS = 800;

  /// Lincheck takes an object for shared if a static field leads to it.
  private static volatile @Nullable Loop shared;

  /// A loop reduced to how it waits.
  private static final class Loop {
    final Waiting waiting;
    final Thread thread;

    Loop(int entries, Waiting.Maker maker, @Nullable Selector selector) {
      shared = this;
      var inbox = new Inbox();
      waiting = maker.make(inbox, new Channels(selector), new Nobody());
      thread =
          new Thread(() -> {
            var ready = new ReadyQueue();
            for (int received = 0; received < entries; ) {
              inbox.drainTo(ready);
              if (ready.size() == 0) {
                Objects.requireNonNull(shared).waiting.await(Waiting.FOREVER);
              }
              while (ready.size() > 0) {
                ready.remove();
                received++;
              }
            }
          });
    }
  }

  private static Loop parked(int entries) {
    return new Loop(entries, (inbox, channels, _) -> new Sleeper(inbox, channels, () -> 0), null);
  }

  private static Loop selecting(int entries) {
    return new Loop(
        entries, (inbox, channels, _) -> new Sleeper(inbox, channels, () -> 0), new NoSelector());
  }

  /// A selector without channels: a wake-up may come before the wait.
  private static final class NoSelector extends AbstractSelector {
    private boolean woken;

    NoSelector() {
      super(SelectorProvider.provider());
    }

    @Override
    public synchronized int select(Consumer<SelectionKey> action) {
      while (!woken) {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      woken = false;
      return 0;
    }

    @Override
    public synchronized Selector wakeup() {
      woken = true;
      notifyAll();
      return this;
    }

    @Override
    public int select() {
      throw new AssertionError("not called");
    }

    @Override
    public int select(long millis) {
      throw new AssertionError("not called");
    }

    @Override
    public int selectNow() {
      throw new AssertionError("not called");
    }

    @Override
    public Set<SelectionKey> keys() {
      return Set.of();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
      return Set.of();
    }

    @Override
    protected void implCloseSelector() {}

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
      throw new AssertionError("not called");
    }
  }

  /// One that waits as [Sleeper] does, but for a mistake.
  private abstract static class Mistaken implements Waiting {
    final Inbox inbox;
    // fields in the real one; those of a class of the test Lincheck does not take for shared
    final AtomicBoolean asleep = new AtomicBoolean();
    final NoSelector selector = new NoSelector();

    Mistaken(Inbox inbox) {
      this.inbox = inbox;
    }

    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public boolean isWaiting() {
      return asleep.get();
    }

    void wake() {
      if (asleep.get()) {
        selector.wakeup();
      }
    }
  }

  /// Looks at the inbox first and only then says that it sleeps.
  private static final class LooksTooEarly extends Mistaken {
    LooksTooEarly(Inbox inbox) {
      super(inbox);
    }

    @Override
    public void await(long nanos) {
      if (inbox.isEmpty()) {
        asleep.set(true);
        selector.select(key -> {});
        asleep.set(false);
      }
    }

    @Override
    public void send(Entry entry) {
      inbox.push(entry);
      wake();
    }
  }

  /// Sends the wake-up before the entry.
  private static final class WakesTooEarly extends Mistaken {
    WakesTooEarly(Inbox inbox) {
      super(inbox);
    }

    @Override
    public void await(long nanos) {
      asleep.set(true);
      if (inbox.isEmpty()) {
        selector.select(key -> {});
      }
      asleep.set(false);
    }

    @Override
    public void send(Entry entry) {
      wake();
      inbox.push(entry);
    }
  }

  private static final class Something extends Entry {}

  private static void oneSender(Loop loop) {
    loop.thread.start();
    loop.waiting.send(new Something());
    join(loop.thread);
  }

  private static void twoSenders(Loop loop) {
    loop.thread.start();
    var other = new Thread(() -> loop.waiting.send(new Something()));
    other.start();
    loop.waiting.send(new Something());
    join(other);
    join(loop.thread);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void wakeUp_ofAParkedLoop_byOneSender_isNeverLost() {
    Lincheck.runConcurrentTest(INVOCATIONS, () -> oneSender(parked(1)));
  }

  @Test
  void wakeUp_ofAParkedLoop_byTwoSenders_isNeverLost() {
    Lincheck.runConcurrentTest(INVOCATIONS, () -> twoSenders(parked(2)));
  }

  @Test
  void wakeUp_ofALoopInASelector_byOneSender_isNeverLost() {
    Lincheck.runConcurrentTest(INVOCATIONS, () -> oneSender(selecting(1)));
  }

  @Test
  void wakeUp_ofALoopInASelector_byTwoSenders_isNeverLost() {
    Lincheck.runConcurrentTest(INVOCATIONS, () -> twoSenders(selecting(2)));
  }

  @Test
  void wakeUp_ofALoopThatLooksTooEarly_isFoundToBeLost() {
    assertFound(() ->
        Lincheck.runConcurrentTest(
            INVOCATIONS,
            () -> oneSender(new Loop(1, (inbox, _, _) -> new LooksTooEarly(inbox), null))));
  }

  @Test
  void wakeUp_sentTooEarly_isFoundToBeLost() {
    assertFound(() ->
        Lincheck.runConcurrentTest(
            INVOCATIONS,
            () -> oneSender(new Loop(1, (inbox, _, _) -> new WakesTooEarly(inbox), null))));
  }

  /// Nobody calls from elsewhere but the threads of the test.
  private static final class Nobody implements Waiting.Outside {
    @Override
    public boolean answers() {
      return false;
    }

    @Override
    public boolean areStages() {
      return true;
    }

    @Override
    public List<Thread> blocked() {
      return List.of();
    }
  }
}
