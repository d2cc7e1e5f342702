package jasyncio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jetbrains.lincheck.LincheckAssertionError;

/// What Lincheck says of an algorithm with a mistake.
public final class LincheckFinding {
  private LincheckFinding() {}

  /// Asserts that `check` finds a mistake.
  ///
  /// Lincheck 3.7 now and then fails while it writes down the interleaving it has found ("GPMC
  /// trace is expected"): an exception out of its reporter says as much as its report does, since
  /// only a finding is reported.
  public static void assertFound(ThrowingCallable check) {
    var finding = catchThrowable(check);
    assertThat(finding)
        .isNotNull()
        .satisfies(thrown ->
            assertThat(thrown instanceof LincheckAssertionError || fromReporter(thrown))
                .as("a report of Lincheck, or the failure of its reporter, and not %s", thrown)
                .isTrue());
  }

  private static boolean fromReporter(Throwable thrown) {
    return Arrays.stream(thrown.getStackTrace())
        .anyMatch(
            frame -> frame.getClassName().equals("org.jetbrains.kotlinx.lincheck.ReporterKt"));
  }
}
