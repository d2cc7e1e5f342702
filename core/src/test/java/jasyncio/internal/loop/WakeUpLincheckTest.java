package jasyncio.internal.loop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.locks.LockSupport;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Checks how a loop goes to sleep and how it is woken: no interleaving may leave it asleep with an
/// entry in its inbox.
///
/// The protocol is that of [LoopCore]; in the place of the selector stands park and unpark, whose
/// permit is as sticky as a selector's wake-up.
@Tag("lincheck")
@Timeout(120)
class WakeUpLincheckTest {
  private static final int INVOCATIONS = 5_000;

  /// A loop reduced to how it sleeps; the sender does what `LoopCore.send` does.
  private abstract static class Loop {
    final Inbox inbox = new Inbox();
    final ReadyQueue ready = new ReadyQueue();
    volatile boolean asleep;
    final Thread thread;

    Loop(int entries) {
      thread =
          new Thread(
              () -> {
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
      if (asleep) {
        LockSupport.unpark(thread);
      }
    }
  }

  private static final class Right extends Loop {
    Right(int entries) {
      super(entries);
    }

    @Override
    void sleep() {
      asleep = true;
      if (inbox.isEmpty()) {
        LockSupport.park();
      }
      asleep = false;
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
        asleep = true;
        LockSupport.park();
        asleep = false;
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
      asleep = true;
      if (inbox.isEmpty()) {
        LockSupport.park();
      }
      asleep = false;
    }

    @Override
    void send(Entry entry) {
      if (asleep) {
        LockSupport.unpark(thread);
      }
      inbox.push(entry);
    }
  }

  private static final class Something extends Entry {}

  private static void twoSenders(Loop loop) {
    loop.thread.start();
    var other = new Thread(() -> loop.send(new Something()));
    other.start();
    loop.send(new Something());
    try {
      other.join();
      loop.thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void wakeUp_isNeverLost() {
    Lincheck.runConcurrentTest(INVOCATIONS, () -> twoSenders(new Right(2)));
  }

  @Test
  void wakeUp_ofALoopThatLooksTooEarly_isFoundToBeLost() {
    assertThatThrownBy(
            () -> Lincheck.runConcurrentTest(INVOCATIONS, () -> twoSenders(new LooksTooEarly(2))))
        .isInstanceOf(LincheckAssertionError.class);
  }

  @Test
  void wakeUp_sentTooEarly_isFoundToBeLost() {
    assertThatThrownBy(
            () -> Lincheck.runConcurrentTest(INVOCATIONS, () -> twoSenders(new WakesTooEarly(2))))
        .isInstanceOf(LincheckAssertionError.class);
  }
}
