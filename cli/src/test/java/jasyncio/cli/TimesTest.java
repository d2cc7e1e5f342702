package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Times as people read them.
class TimesTest {
  @Test
  void text_hasTheUnitThatFits() {
    assertThat(Times.text(0)).isEqualTo("0");
    assertThat(Times.text(4.2e-8)).isEqualTo("42 ns");
    assertThat(Times.text(1.5e-4)).isEqualTo("150 µs");
    assertThat(Times.text(0.0032)).isEqualTo("3.2 ms");
    assertThat(Times.text(0.131)).isEqualTo("131 ms");
    assertThat(Times.text(59.94)).isEqualTo("59.9 s");
    assertThat(Times.text(123)).isEqualTo("2 min 3 s");
    assertThat(Times.text(3600)).isEqualTo("1 h");
    assertThat(Times.text(18_600)).isEqualTo("5 h 10 min");
    assertThat(Times.text(90_000)).isEqualTo("1 d 1 h");
  }

  @Test
  void text_thatWouldBeRoundedUp_isOfTheNextUnit() {
    assertThat(Times.text(0.000_999_6)).isEqualTo("1.0 ms");
    assertThat(Times.text(0.999_6)).isEqualTo("1.0 s");
    assertThat(Times.text(59.96)).isEqualTo("1 min");
  }
}
