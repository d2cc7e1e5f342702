package jasyncio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// How old tasks are, by notes of how many there have been.
class TaskAgesTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void age_isThatOfTheFirstNoteAfterIt() {
    var ages = new TaskAges();
    ages.note(10, SECOND);
    ages.note(10, 2 * SECOND);
    ages.note(20, 3 * SECOND);
    assertThat(ages.age(1, 5 * SECOND)).isEqualTo(4 * SECOND);
    assertThat(ages.age(10, 5 * SECOND)).isEqualTo(4 * SECOND);
    assertThat(ages.age(11, 5 * SECOND)).isEqualTo(2 * SECOND);
    assertThat(ages.age(21, 5 * SECOND)).isZero(); // made since
  }

  @Test
  void age_withoutAnyNote_isZero() {
    assertThat(new TaskAges().age(1, SECOND)).isZero();
  }

  @Test
  void numbers_thatBeginAnew_areYounger() {
    var ages = new TaskAges();
    ages.note(Integer.MAX_VALUE - 1, SECOND);
    ages.note(Integer.MIN_VALUE + 1, 2 * SECOND);
    assertThat(ages.age(Integer.MAX_VALUE, 4 * SECOND)).isEqualTo(2 * SECOND);
    assertThat(ages.age(Integer.MAX_VALUE - 1, 4 * SECOND)).isEqualTo(3 * SECOND);
  }

  @Test
  void taskThatIsVeryManyBehind_isOldAllTheSame() {
    var ages = new TaskAges();
    int far = Integer.MAX_VALUE; // twice as far is once round
    ages.note(10, SECOND);
    ages.note(10 + far, 2 * SECOND);
    ages.note(30 + far + far / 2, 3 * SECOND);
    assertThat(ages.age(1, 5 * SECOND)).isEqualTo(4 * SECOND);
    assertThat(ages.age(11, 5 * SECOND)).isEqualTo(3 * SECOND);
    assertThat(ages.age(31 + far + far / 2, 5 * SECOND)).isZero();
  }

  /// A task every quarter of a second for a week, each noted: whoever is asked for is off by some
  /// percent at most.
  @Test
  void age_ofTheOld_isKnownToSomePercent() {
    var ages = new TaskAges();
    int made = 4 * 60 * 60 * 24 * 7;
    for (int number = 1; number <= made; number++) {
      ages.note(number, number * SECOND / 4);
    }
    long now = made * SECOND / 4;
    var errors = new ArrayList<Double>();
    for (int number = 1; number < made; number += 97) {
      long age = now - number * SECOND / 4;
      long told = ages.age(number, now);
      assertThat(told).isLessThanOrEqualTo(age);
      errors.add((age - told - SECOND / 4) / (double) age);
    }
    assertThat(errors).allMatch(error -> error < 0.15);
  }
}
