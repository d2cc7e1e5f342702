package jasyncio.testing.internal.net;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import java.io.File;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole JVM on a simulated network: jasyncio.net runs on it unmodified.
class RealTimeProviderTest {
  private static final String PROPERTY = "-Djava.nio.channels.spi.SelectorProvider=";

  @Test
  void jasyncioNet_onASimulatedNetwork_runsUnmodified(@TempDir Path folder) throws Exception {
    var store = folder.resolve("store.p12").toString();
    run(
        tool("keytool"),
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-keystore",
        store,
        "-storepass",
        "secret",
        "-alias",
        "key");
    var command = new ArrayList<String>(List.of(tool("java")));
    command.addAll(sameRuntime());
    command.add(PROPERTY + RealTimeProvider.class.getName());
    command.addAll(List.of("-cp", classPath(), RealTimeProgram.class.getName(), store));
    assertThat(run(command.toArray(String[]::new)).lines())
        .containsExactly(
            "SimSocketChannel",
            "plain: line 0, line 1, line 2, 3000001",
            "TLS: line 0, line 1, line 2, 3000001",
            "datagram: hello");
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  private static String run(String... command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static String classPath() {
    return Stream.concat(
            Stream.of(RealTimeProgram.class, RealTimeProvider.class, Asyncio.class)
                .map(RealTimeProviderTest::placeOf),
            Stream.of("target/test-classes")) // patched into the module, tests have its place
        .distinct()
        .collect(joining(File.pathSeparator));
  }

  private static String placeOf(Class<?> type) {
    return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  private static List<String> sameRuntime() {
    var fibers = System.getProperty("jasyncio.fibers");
    return fibers != null && fibers.equals("portable")
        ? List.of("-Djasyncio.fibers=portable")
        : List.of("--add-opens=java.base/java.lang=ALL-UNNAMED");
  }
}
