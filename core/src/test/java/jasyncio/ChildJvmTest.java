package jasyncio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What is left out of the output of programs in JVMs of their own.
class ChildJvmTest {
  @Test
  void remarksOnSlowSteps_areLeftOut_andNothingElse() {
    var remark =
        """
        Nov 29, 2026 3:51:17 PM jasyncio.internal.base.Log log
        WARNING: Executing <Task finished name='Task-1'> took 0.177 seconds; it was seen at
          at java.base/java.io.FileOutputStream.writeBytes(Native Method)
          at jasyncio.LoopLifeTest$OnVirtualThread.lambda$main$1(LoopLifeTest.java:407)
        """;
    var brief =
        """
        Nov 29, 2026 3:51:18 PM jasyncio.internal.base.Log log
        WARNING: Executing <Handle f()> took 0.2 seconds
        """;
    var other =
        """
        Nov 29, 2026 3:51:18 PM jasyncio.internal.base.Log log
        WARNING: coroutine 'x' was never awaited
        """;
    assertThat(ChildJvm.withoutRemarks("ran\n" + remark)).isEqualTo("ran");
    assertThat(ChildJvm.withoutRemarks(remark + brief + "ran\n" + brief + other + "end"))
        .isEqualTo("ran\n" + other + "end");
  }
}
