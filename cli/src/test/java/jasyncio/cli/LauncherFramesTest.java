package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherFramesTest {
  private static final StackTraceElement PROGRAM = new StackTraceElement("Program", "main", "", 1);
  private static final StackTraceElement LAUNCHER =
      new StackTraceElement("jasyncio.cli.Program", "run", "", 1);

  private static Throwable thrown() {
    var problem = new IllegalStateException();
    problem.setStackTrace(new StackTraceElement[] {PROGRAM, LAUNCHER});
    return problem;
  }

  @Test
  void trim_ofCausesAndWhatWasSuppressed_leavesTheProgramsFrames() {
    var cause = thrown();
    var suppressed = thrown();
    var problem = thrown();
    problem.initCause(cause);
    problem.addSuppressed(suppressed);
    LauncherFrames.trim(problem);
    for (var each : new Throwable[] {problem, cause, suppressed}) {
      assertThat(each.getStackTrace()).containsExactly(PROGRAM);
    }
  }

  /// The stack may overflow there, as anywhere.
  @ParameterizedTest
  @ValueSource(classes = {StopCheck.class, AttachedInput.class})
  void trim_ofWhatIsThrownInAWovenCheck_leavesTheProgramsFrames(Class<?> woven) {
    var problem = new StackOverflowError();
    var check = new StackTraceElement(woven.getName(), "check", "", 1);
    problem.setStackTrace(new StackTraceElement[] {check, PROGRAM, PROGRAM, LAUNCHER});
    LauncherFrames.trim(problem);
    assertThat(problem.getStackTrace()).containsExactly(PROGRAM, PROGRAM);
  }

  @Test
  void trim_ofCausesInACircle_ends() {
    var problem = thrown();
    var cause = thrown();
    problem.initCause(cause);
    cause.initCause(problem);
    LauncherFrames.trim(problem);
    assertThat(cause.getStackTrace()).containsExactly(PROGRAM);
  }

  @Test
  void trim_ofALongChain_needsNoStack() {
    var first = thrown();
    var last = first;
    for (int i = 0; i < 100_000; i++) {
      var next = thrown();
      last.initCause(next);
      last = next;
    }
    LauncherFrames.trim(first);
    assertThat(last.getStackTrace()).containsExactly(PROGRAM);
  }
}
