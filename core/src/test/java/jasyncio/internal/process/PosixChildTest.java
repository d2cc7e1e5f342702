package jasyncio.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
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

  // CPython: gh-127049: a signal must not hit another process that got the id
  @Test
  void id_isItsOwn_untilItIsReaped() throws Exception {
    var launcher = PosixLauncher.ifPossible();
    assumeTrue(launcher != null, "needs Linux and native access");
    var none = new ChildStream.Inherited();
    var child =
        launcher.start(
            new Command("/bin/true", List.of("true"), null, null, false, -1, none, none, none));
    var told = new CountDownLatch(1);
    child.whenEnded(told::countDown);
    told.await();
    assertThat(Path.of("/proc/" + child.pid())).as("a zombie keeps its id").exists();
    child.signal(SignalNumbers.KILL); // to the zombie
    assertThat(child.reap()).isZero();
    assertThat(Path.of("/proc/" + child.pid())).doesNotExist();
    child.signal(SignalNumbers.KILL); // to nobody
    assertThat(child.reap()).isEqualTo(255);
  }
}
