package jasyncio.process;

import org.junit.jupiter.api.BeforeEach;

/// The JDK's means throughout, pipes included, as on systems without /proc.
class JdkStreamsSubprocessTest extends JdkSubprocessTest {

  @BeforeEach
  void useStreams() {
    ChildStreams.channels = false;
  }
}
