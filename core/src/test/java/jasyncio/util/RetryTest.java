package jasyncio.util;

import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.testing.AsyncTests;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class RetryTest {
  private final List<Double> pauses = new ArrayList<>();
  private final IOException problem = new IOException("problem");
  private int tries;

  private int succeedsAt(int attempt) throws IOException {
    sleep(0);
    if (++tries < attempt) {
      throw problem;
    }
    return tries;
  }

  @Test
  void pauses_growUpToTheLongest() throws Exception {
    AsyncTests.run(() -> {
      var retry =
          Retry.attempts(6)
              .delay(1)
              .factor(3)
              .maxDelay(Duration.ofSeconds(10))
              .jitter(0)
              .beforeRetry(failure -> pauses.add(failure.pause()));
      double begin = getRunningLoop().time();
      assertThat(retry.run(() -> succeedsAt(6))).isEqualTo(6);
      assertThat(getRunningLoop().time() - begin).isCloseTo(33, within(1e-6));
    });
    assertThat(pauses).containsExactly(1., 3., 9., 10., 10.);
  }

  @Test
  void jitter_shortensPauses() throws Exception {
    RandomGenerator random = () -> 1L << 63; // nextDouble() is a half
    AsyncTests.run(() ->
        Retry.attempts(2)
            .delay(Duration.ofSeconds(1))
            .jitter(0.5, random)
            .beforeRetry(failure -> pauses.add(failure.pause()))
            .run(() -> succeedsAt(2)));
    assertThat(pauses).containsExactly(0.75);
  }

  @Test
  void lastError_comesOutAnnounced() {
    AsyncTests.run(() -> {
      try {
        Retry.attempts(3)
            .run(() -> {
              succeedsAt(5);
            });
      } catch (IOException e) { // the compiler asks for it
        assertThat(e).isSameAs(problem);
      }
    });
    assertThat(tries).isEqualTo(3);
  }

  @Test
  void otherErrors_areNotTriedAgain() {
    AsyncTests.run(() -> {
      assertThatThrownBy(
              () -> Retry.forever().on(FileNotFoundException.class).run(() -> succeedsAt(5)))
          .isSameAs(problem);
      assertThatThrownBy(() ->
              Retry.forever()
                  .run(() -> {
                    tries++;
                    throw new AssertionError("no exception");
                  }))
          .isInstanceOf(AssertionError.class);
    });
    assertThat(tries).isEqualTo(2);
  }

  @Test
  void attemptOfATaskThatWasCancelled_isTheLast() {
    AsyncTests.run(() -> {
      var task =
          Asyncio.createTask(() ->
              Retry.forever()
                  .run(() -> {
                    tries++;
                    try {
                      sleep(100);
                    } catch (CancelledError e) {
                      throw problem; // instead
                    }
                  }));
      sleep(1);
      task.cancel();
      assertThatThrownBy(() -> Asyncio.await(task)).isSameAs(problem);
    });
    assertThat(tries).isEqualTo(1);
  }

  @Test
  void cancellationInAPause_endsIt() {
    AsyncTests.run(() -> {
      var task = Asyncio.createTask(() -> Retry.forever().delay(100).run(() -> succeedsAt(5)));
      sleep(1);
      task.cancel();
      assertThatThrownBy(() -> Asyncio.await(task)).isInstanceOf(CancelledError.class);
      assertThat(currentTask().cancelling()).isZero();
    });
    assertThat(tries).isEqualTo(1);
  }

  @Test
  void deadline_isForTheBeginOfTheLastAttempt() {
    AsyncTests.run(() ->
        assertThatThrownBy(() ->
                Retry.forever()
                    .delay(1)
                    .factor(1)
                    .jitter(0)
                    .deadline(2.5)
                    .run(() -> succeedsAt(50)))
            .isSameAs(problem));
    assertThat(tries).isEqualTo(3);
  }

  @Test
  void settings_outOfRange_areRefused() {
    var retry = Retry.attempts(1);
    assertThatIllegalArgumentException().isThrownBy(() -> Retry.attempts(0));
    assertThatIllegalArgumentException().isThrownBy(() -> retry.delay(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> retry.maxDelay(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> retry.factor(0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> retry.jitter(1.5));
    assertThatIllegalArgumentException().isThrownBy(() -> retry.deadline(-1));
  }
}
