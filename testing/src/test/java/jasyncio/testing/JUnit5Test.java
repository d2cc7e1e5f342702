package jasyncio.testing;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The kit's jar does for JUnit 5.13 as well as for the one that the build uses.
@Tag("slow")
class JUnit5Test {
  @Test
  void testsOnLoops_runOnJUnit5() throws Exception {
    ChildJvm.run(
        ChildJvm.sameRuntime(),
        AsyncTestTest.class.getName(),
        getClass().getPackageName() + ".docs.VisitorsTest");
  }
}
