package jasyncio.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Tests in JVMs that are started with the agent.
@Tag("slow")
@DisabledIfSystemProperty(
    named = "jasyncio.fibers",
    matches = "portable",
    disabledReason = "policy SWITCH needs the scheduled fiber runtime")
class TimeAgentTest {
  @TempDir private Path folder;

  /// The kit's own jar comes later; its manifest is enough, with the classes on the class path.
  private Path jar() throws IOException {
    var manifest = new Manifest();
    var main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Premain-Class", "jasyncio.testing.agent.TimeAgent");
    main.putValue("Can-Retransform-Classes", "true");
    var jar = folder.resolve("agent.jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    return jar;
  }

  @Test
  void blockingCalls_withTheAgent_takeVirtualTime() throws Exception {
    var output =
        ChildJvm.run(
            List.of("-javaagent:" + jar()), // which opens java.lang by itself
            BlockingTimeTest.class.getName(),
            LeftThreadTest.class.getName(),
            SwitchTest.class.getName(),
            AsyncTestTest.class.getName(),
            getClass().getPackageName() + ".docs.LocksTest");
    assertThat(output).doesNotContain("jasyncio-testing:", "warning");
  }

  @Test
  void program_whosePackageIsNamed_seesVirtualTime() throws Exception {
    ChildJvm.run(
        List.of("-javaagent:" + jar() + "=com.acme, jasyncio.testing.clocks"),
        "jasyncio.testing.clocks.DeadlineTest");
  }
}
