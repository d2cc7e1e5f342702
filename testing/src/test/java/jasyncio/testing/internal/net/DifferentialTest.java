package jasyncio.testing.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same scripts on this machine's network and on a simulated one, in real time: they are told
/// the same, word for word.
class DifferentialTest {
  @TempDir Path folder;

  static Stream<String> scripts() {
    return Stream.of(
            TcpScripts.class,
            SelectorScripts.class,
            DatagramScripts.class,
            LocalScripts.class,
            AdaptorScripts.class,
            SocketScripts.class)
        .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
        .filter(DifferentialTest::isScript)
        .map(m -> m.getDeclaringClass().getSimpleName() + "." + m.getName())
        .sorted();
  }

  private static boolean isScript(Method method) {
    return Arrays.equals(method.getParameterTypes(), new Class<?>[] {Transcript.class})
        && !Modifier.isPrivate(method.getModifiers());
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void script_onBothNetworks_isToldTheSame(String name) throws Exception {
    var real = run(name, SelectorProvider.provider(), "real");
    var simulated = run(name, simulated(), "simulated");
    assertThat(real).isNotEmpty();
    for (int i = 0; i < Math.min(real.size(), simulated.size()); i++) {
      assertThat(simulated.get(i))
          .as("line " + i + ", after " + real.subList(0, i))
          .isEqualTo(real.get(i));
    }
    assertThat(simulated).isEqualTo(real);
  }

  private static SelectorProvider simulated() throws Exception {
    var addresses =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(a -> !a.isLoopbackAddress())
            .distinct()
            .toArray(InetAddress[]::new);
    return new SimNetwork(new RealTimeWorld()).host("here", addresses).provider();
  }

  private List<String> run(String name, SelectorProvider provider, String where) throws Exception {
    int dot = name.indexOf('.');
    var script =
        Class.forName(getClass().getPackageName() + "." + name.substring(0, dot))
            .getDeclaredMethod(name.substring(dot + 1), Transcript.class);
    var own = Files.createDirectory(folder.resolve(where));
    try (var transcript = new Transcript(provider, own)) {
      script.invoke(null, transcript);
      return transcript.lines().stream().map(s -> s.replace(own.toString(), "FOLDER")).toList();
    } catch (InvocationTargetException e) {
      throw new AssertionError(where + " network: " + e.getCause(), e.getCause());
    } finally {
      try (var left = Files.walk(own)) {
        left.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
      }
    }
  }
}
