package jasyncio.testing;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.EventLoop;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.ReadyQueue;
import jasyncio.internal.loop.Waiting;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How virtual time passes.
class VirtualTimeTest {
  private static final Waiting.Outside NOBODY =
      new Waiting.Outside() {
        @Override
        public boolean answers() {
          return false;
        }

        @Override
        public boolean areStages() {
          return false;
        }

        @Override
        public List<Thread> blocked() {
          return List.of();
        }
      };

  private static final Entry CALL =
      new Entry() {
        @Override
        protected void run() {}
      };

  /// A thread may call and end while the loop looks for those who could.
  @Test
  void await_whenACallArrivesBeforeTheJump_doesNotJump() {
    var inbox = new Inbox();
    var late =
        new VirtualTime.Lateness() {
          boolean calls = true;

          @Override
          public long overshoot(long nanos) {
            return 0;
          }

          @Override
          public boolean instead(long nanos, boolean alone) {
            if (calls) {
              inbox.push(CALL);
            }
            return false;
          }
        };
    var loop = EventLoop.create(null);
    try {
      var channels = LoopAccess.get().core(loop).channels();
      var time = new VirtualTime(inbox, channels, NOBODY, late);
      time.await(1000);
      assertThat(time.nanos()).isZero();
      late.calls = false;
      inbox.drainTo(new ReadyQueue());
      time.await(1000);
      assertThat(time.nanos()).isEqualTo(1000);
    } finally {
      loop.close();
    }
  }
}
