package jasyncio.internal.loop;

import static jasyncio.LincheckFinding.assertFound;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Checks how a loop goes to sleep and how it is woken: no interleaving may leave it asleep with an
/// entry in its inbox.
///
/// The protocol is that of [LoopCore].
@Tag("lincheck")
@Timeout(120)
class WakeUpLincheckTest {
  private static final int INVOCATIONS = 2_000;

  /// Stands for `java.nio.channels.Selector`: a wake-up may come before the wait.
  private static final class Selector {
    private boolean woken;

    synchronized void select() {
      while (!woken) {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      woken = false;
    }

    synchronized void wakeup() {
      woken = true;
      notifyAll();
    }
  }

  /// A loop reduced to how it sleeps; the sender does what `LoopCore.send` does.
  private abstract static class Loop {
    final Inbox inbox = new Inbox();
    final ReadyQueue ready = new ReadyQueue();
    final Selector selector = new Selector();
    // a volatile field in the real loop; Lincheck did not take that for shared and missed a mistake
    final AtomicBoolean asleep = new AtomicBoolean();
    final Thread thread;

    Loop(int entries) {
      thread =
          new Thread(() -> {
            for (int received = 0; received < entries; ) {
              inbox.drainTo(ready);
              if (ready.size() == 0) {
                sleep();
              }
              while (ready.size() > 0) {
                ready.remove();
                received++;
              }
            }
          });
    }

    abstract void sleep();

    void send(Entry entry) {
      inbox.push(entry);
      if (asleep.get()) {
        selector.wakeup();
      }
    }
  }

  private static final class Right extends Loop {
    Right(int entries) {
      super(entries);
    }

    @Override
    void sleep() {
      asleep.set(true);
      if (inbox.isEmpty()) {
        selector.select();
      }
      asleep.set(false);
    }
  }

  /// Looks at the inbox first and only then says that it sleeps.
  private static final class LooksTooEarly extends Loop {
    LooksTooEarly(int entries) {
      super(entries);
    }

    @Override
    void sleep() {
      if (inbox.isEmpty()) {
        asleep.set(true);
        selector.select();
        asleep.set(false);
      }
    }
  }

  /// Sends the wake-up before the entry.
  private static final class WakesTooEarly extends Loop {
    WakesTooEarly(int entries) {
      super(entries);
    }

    @Override
    void sleep() {
      asleep.set(true);
      if (inbox.isEmpty()) {
        selector.select();
      }
      asleep.set(false);
    }

    @Override
    void send(Entry entry) {
      if (asleep.get()) {
        selector.wakeup();
      }
      inbox.push(entry);
    }
  }

  private static final class Something extends Entry {}

  private static void oneSender(Loop loop) {
    loop.thread.start();
    loop.send(new Something());
    join(loop.thread);
  }

  private static void twoSenders(Loop loop) {
    loop.thread.start();
    var other = new Thread(() -> loop.send(new Something()));
    other.start();
    loop.send(new Something());
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
  void wakeUp_byOneSender_isNeverLost() {
    Lincheck.runConcurrentTest(INVOCATIONS, () -> oneSender(new Right(1)));
  }

  @Test
  void wakeUp_byTwoSenders_isNeverLost() {
    Lincheck.runConcurrentTest(INVOCATIONS, () -> twoSenders(new Right(2)));
  }

  @Test
  void wakeUp_ofALoopThatLooksTooEarly_isFoundToBeLost() {
    assertFound(
        () -> Lincheck.runConcurrentTest(INVOCATIONS, () -> oneSender(new LooksTooEarly(1))));
  }

  @Test
  void wakeUp_sentTooEarly_isFoundToBeLost() {
    assertFound(
        () -> Lincheck.runConcurrentTest(INVOCATIONS, () -> oneSender(new WakesTooEarly(1))));
  }
}
