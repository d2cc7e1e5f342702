package jasyncio.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InboxTest {
  private final Inbox inbox = new Inbox();
  private final ReadyQueue queue = new ReadyQueue();

  private static final class Numbered extends Entry {
    final int producer;
    final int number;

    Numbered(int producer, int number) {
      this.producer = producer;
      this.number = number;
    }
  }

  @Test
  void drain_ofAnEmptyInbox_movesNothing() {
    inbox.drainTo(queue);
    assertThat(queue.size()).isZero();
    assertThat(inbox.isEmpty()).isTrue();
  }

  @Test
  void drain_movesAllBehindWhatIsThereOldestFirst() {
    queue.add(new Numbered(0, 0));
    inbox.push(new Numbered(0, 1));
    inbox.push(new Numbered(0, 2));
    inbox.push(new Numbered(0, 3));
    assertThat(inbox.isEmpty()).isFalse();
    inbox.drainTo(queue);
    assertThat(inbox.isEmpty()).isTrue();
    for (int i = 0; i < 4; i++) {
      assertThat(((Numbered) queue.remove()).number).isEqualTo(i);
    }
    assertThat(queue.size()).isZero();
  }

  @Test
  @Timeout(600)
  void push_byManyThreadsWhileDrained_keepsTheOrderOfEach() throws Exception {
    int producers = 6;
    int each = 20_000;
    var start = new CountDownLatch(1);
    var threads = new ArrayList<Thread>();
    for (int p = 0; p < producers; p++) {
      int producer = p;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return;
                }
                for (int i = 0; i < each; i++) {
                  inbox.push(new Numbered(producer, i));
                }
              }));
    }
    start.countDown();
    var next = new int[producers];
    for (int received = 0; received < producers * each; ) {
      inbox.drainTo(queue);
      while (queue.size() > 0) {
        var entry = (Numbered) queue.remove();
        if (entry.number != next[entry.producer]++) {
          assertThat(entry.number).isEqualTo(next[entry.producer] - 1);
        }
        received++;
      }
    }
    for (var thread : threads) {
      thread.join();
    }
    assertThat(inbox.isEmpty()).isTrue();
    assertThat(next).containsOnly(each);
  }
}
