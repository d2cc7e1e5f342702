package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.RunOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Protocols that say when what was written has been taken.
class FlowControlMixinTest {
  private static Throwable onAnotherThread(Runnable code) throws InterruptedException {
    var error = new AtomicReference<Throwable>();
    Thread.ofPlatform().start(() -> error.set(catchThrowable(code::run))).join();
    return error.get();
  }

  @Test
  void toldByAnotherThread_inDebugMode_isRefused_andNobodyIsLost() throws Exception {
    run(
        () -> {
          var control = new FlowControlMixin(getRunningLoop());
          control.pauseWriting();
          var drain = createTask(control::awaitResumed, "drain");
          sleep(0);
          for (var telling :
              List.<Runnable>of(control::resumeWriting, () -> control.connectionLost(null))) {
            assertThat(onAnotherThread(telling))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("callSoonThreadsafe");
          }
          sleep(0);
          assertThat(drain.done()).isFalse();
          control.resumeWriting();
          await(drain);
        },
        RunOptions.defaults().debug(true));
  }
}
