package jasyncio.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FunctionsTest {
  @Test
  void lambda_ofAProgram_isNamedByItsClass() {
    Runnable lambda = () -> {};
    assertThat(Functions.name(lambda.getClass())).isEqualTo("FunctionsTest.<lambda>");
  }

  @Test
  void names_ofOurs_areForClassesThatThereAre() {
    assertThat(Functions.OURS.keySet()).isNotEmpty().allMatch(Frames::areOurs);
  }
}
