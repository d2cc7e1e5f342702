package jasyncio.util;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class CorrelatorTest {
  private final Correlator<Integer, String> correlator = new Correlator<>();
  private final List<Integer> sent = new ArrayList<>();
  private final IOException lost = new IOException("lost");

  private String request(int id) {
    return correlator.request(id, () -> sent.add(id));
  }

  @Test
  void answers_findTheirRequests_inAnyOrder() {
    run(() -> {
      var one = createTask(() -> request(1));
      var two = createTask(() -> request(2));
      sleep(0);
      assertThat(correlator.answer(2, "two")).isTrue();
      assertThat(correlator.answer(1, "one")).isTrue();
      assertThat(correlator.answer(1, "again")).isFalse();
      assertThat(await(one) + await(two)).isEqualTo("onetwo");
      assertThat(sent).containsExactly(1, 2);
      assertThat(correlator).hasToString("<Correlator [requests:0]>");
    });
  }

  @Test
  void answerThatComesWhileSending_isTaken() {
    run(() ->
        assertThat(
                correlator.request(
                    1,
                    () -> {
                      correlator.answer(1, "at once");
                      sleep(0);
                    }))
            .isEqualTo("at once"));
  }

  @Test
  void lostConnection_failsAllRequests_andLaterOnes() {
    run(() -> {
      var one = createTask(() -> request(1));
      var two = createTask(() -> request(2));
      sleep(0);
      correlator.close(lost);
      assertThatThrownBy(() -> await(one)).isSameAs(lost);
      assertThatThrownBy(() -> await(two)).isSameAs(lost);
      assertThatThrownBy(() -> request(3)).isSameAs(lost);
      assertThat(sent).containsExactly(1, 2);
    });
  }

  @Test
  void failure_isThatOfOneRequest() {
    run(() -> {
      var one = createTask(() -> request(1));
      sleep(0);
      assertThat(correlator.fail(1, lost)).isTrue();
      assertThat(correlator.fail(2, lost)).isFalse();
      assertThatThrownBy(() -> await(one)).isSameAs(lost);
    });
  }

  @Test
  void failureToSend_isAnnounced_andLeavesNothing() {
    run(() -> {
      try {
        correlator.request(
            1,
            () -> {
              correlator.fail(1, new IllegalStateException("nobody asks for it"));
              throw lost;
            });
      } catch (IOException e) { // the compiler asks for it
        assertThat(e).isSameAs(lost);
      }
      assertThat(correlator.size()).isZero();
    });
  }

  @Test
  void cancellation_removesTheRequest() {
    run(() -> {
      var one = createTask(() -> request(1));
      sleep(0);
      assertThatThrownBy(() -> request(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("a request with id 1 is under way");
      one.cancel();
      sleep(0);
      assertThat(correlator.size()).isZero();
      assertThat(correlator.answer(1, "late")).isFalse();
    });
  }
}
