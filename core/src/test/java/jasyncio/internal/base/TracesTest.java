package jasyncio.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TracesTest {
  private static StackTraceElement frame(String className, int line) {
    var file = className.substring(className.lastIndexOf('.') + 1) + ".java";
    return new StackTraceElement(className, "f", file, line);
  }

  private static List<String> folded(StackTraceElement... trace) {
    return Arrays.stream(Traces.folded(trace)).map(StackTraceElement::toString).toList();
  }

  @Test
  void rowOfOurFrames_isOneLineAndTheProgramsStay() {
    assertThat(
            folded(
                frame("jasyncio.Future", 1),
                frame("jasyncio.Asyncio", 2),
                frame("com.example.Main", 3),
                frame("java.util.ArrayList", 4),
                frame("com.example.Main", 5),
                frame("jasyncio.Task", 6),
                frame("jasyncio.internal.fiber.ScheduledFiber", 7),
                frame("java.lang.VirtualThread", 8),
                frame("… awaited at com.example.Main", 9)))
        .containsExactly(
            "… 2 library frames at jasyncio.Future.f(Future.java:1)",
            "com.example.Main.f(Main.java:3)",
            "java.util.ArrayList.f(ArrayList.java:4)",
            "com.example.Main.f(Main.java:5)",
            "… 3 library frames at jasyncio.Task.f(Task.java:6)",
            "… awaited at com.example.Main.f(Main.java:9)");
  }

  @Test
  void loneFrame_andThoseOfTheJdkAlone_stay() {
    var trace =
        new StackTraceElement[] {
          frame("com.example.Main", 1),
          frame("jasyncio.Asyncio", 2),
          frame("com.example.Main", 3),
          frame("java.util.concurrent.FutureTask", 4),
          frame("java.lang.Thread", 5)
        };
    assertThat(Traces.folded(trace)).containsExactly(trace);
  }

  @Test
  void fold_reachesCausesAndWhatIsSuppressed_alsoInACircle() {
    var inner = new IllegalStateException("inner");
    var outer = new IllegalArgumentException("outer", inner);
    var suppressed = new ArithmeticException();
    inner.addSuppressed(suppressed);
    suppressed.initCause(outer);
    var all = List.of(inner, outer, suppressed);
    var row = new StackTraceElement[] {frame("jasyncio.Task", 1), frame("jasyncio.Task", 2)};
    all.forEach(e -> e.setStackTrace(row));
    Traces.fold(outer);
    for (var e : all) {
      assertThat(e.getStackTrace())
          .extracting(Object::toString)
          .containsExactly("… 2 library frames at jasyncio.Task.f(Task.java:1)");
    }
  }

  @Test
  void errorOfAnOddKind_isLeftAsItIs() {
    var odd =
        new RuntimeException() {
          @Override
          public StackTraceElement[] getStackTrace() {
            throw new AssertionError();
          }
        };
    Traces.fold(odd);
    assertThat(Traces.of(odd)).isEmpty();
  }
}
