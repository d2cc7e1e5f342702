package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeptTimeTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void lessThanWasRecorded_isSaid_andWhatToDo() {
    assertThat(new KeptTime(2_400_000_000L, 30 * SECOND, 250_000_000).note())
        .isEqualTo(
            "It holds the last 2.4 s of 30.0 s: --max-size 250 (MB) was reached; for all of it, record"
                + " with about --max-size 3200, or for a shorter time.");
    assertThat(new KeptTime(4 * SECOND, 5 * SECOND, 7_000_000).note())
        .contains("last 4.0 s of 5.0 s", "about --max-size 9,");
  }

  @Test
  void allOfIt_orNearlySo_isNotSaid() {
    assertThat(new KeptTime(30 * SECOND, 30 * SECOND, 1).note()).isNull();
    assertThat(new KeptTime(29 * SECOND, 30 * SECOND, 1).note()).isNull();
    assertThat(new KeptTime(31 * SECOND, 30 * SECOND, 1).note()).isNull();
    assertThat(new KeptTime(1, SECOND / 2, 1).note()).isNull();
  }

  @Test
  void withoutLimit_isNotSaid() {
    assertThat(new KeptTime(SECOND, 30 * SECOND, 0).note()).isNull();
  }
}
