package jasyncio.testing.internal.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Scripts do the same on the simulated disk as on the machine's, line by line.
@EnabledOnOs(OS.LINUX) // which is what is simulated
class AgreementTest {
  @TempDir private Path machine;

  @TestFactory
  Stream<DynamicTest> whatAScriptDoes_onTheSimulatedDisk_isWhatItDoesOnTheMachines() {
    var scripts = new LinkedHashMap<String, Transcript.Script>();
    PathScripts.addTo(scripts);
    NameScripts.addTo(scripts);
    LinkScripts.addTo(scripts);
    OpenScripts.addTo(scripts);
    ChannelScripts.addTo(scripts);
    TransferScripts.addTo(scripts);
    LockScripts.addTo(scripts);
    AttributeScripts.addTo(scripts);
    RandomScripts.addTo(scripts);
    return scripts.entrySet().stream().map(this::test);
  }

  private DynamicTest test(Map.Entry<String, Transcript.Script> script) {
    return DynamicTest.dynamicTest(script.getKey(), () -> compare(script.getValue()));
  }

  private void compare(Transcript.Script script) throws Exception {
    var real = Files.createTempDirectory(machine, "t").toRealPath();
    var simulated = new SimDisk(new ScriptedWorld()).path(real.toString());
    Files.createDirectories(simulated);
    var expected = Transcript.of(real, script);
    var actual = Transcript.of(simulated, script);
    var differences = new ArrayList<String>();
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      if (!expected.get(i).equals(actual.get(i))) {
        differences.add("\n  machine:   " + expected.get(i) + "\n  simulated: " + actual.get(i));
      }
    }
    assertThat(differences).isEmpty();
    assertThat(actual).hasSameSizeAs(expected);
  }
}
