package jasyncio.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PosixChildTest {
  @Test
  void abandon_ofOneThatNoThreadWaitsFor_leavesNoZombie() throws IOException {
    var launcher = PosixLauncher.ifPossible();
    assumeTrue(launcher != null, "needs Linux and native access");
    var none = new ChildStream.Inherited();
    var child =
        launcher.start(
            new Command(
                "/bin/sleep", List.of("sleep", "100"), null, null, false, -1, none, none, none));
    child.signal(SignalNumbers.KILL);
    child.abandon();
    assertThat(ProcessHandle.of(child.pid())).isEmpty();
    child.signal(SignalNumbers.KILL); // to nobody
  }
}
