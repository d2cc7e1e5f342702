package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.net.Streams;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the README says of the build, and of what a program needs.
@Timeout(600)
class ReadmeTest {
  private static final Path TOP = Path.of("..");

  private static String read(String file) throws IOException {
    return Files.readString(TOP.resolve(file));
  }

  private static List<String> parts(String text, String regex) {
    return Pattern.compile(regex, Pattern.DOTALL)
        .matcher(text)
        .results()
        .map(match -> match.group(match.groupCount()))
        .toList();
  }

  @Test
  void installCommand_namesTheModulesThatAUserNeeds() throws Exception {
    var commands = parts(read("README.md"), "`(\\./mvnw [^`]*install[^`]*)`");
    assertThat(commands).hasSize(2).allMatch(command -> command.contains(" -DskipTests"));
    assertThat(commands.getFirst()).endsWith(" -pl core -am");
    var parents = parts(read("core/pom.xml"), "<artifactId>(jasyncio-[a-z]*)</artifactId>");
    assertThat(parents).contains("jasyncio-testkit"); // which -am brings along
  }

  /// `-DskipTests` is for the tests that come after the package, too.
  @Test
  void installCommand_runsNoTest() throws Exception {
    int plugins = 0;
    try (var folders = Files.newDirectoryStream(TOP, Files::isDirectory)) {
      for (var folder : folders) {
        var pom = folder.resolve("pom.xml");
        if (Files.exists(pom)) {
          for (var plugin : parts(Files.readString(pom), "<plugin>(.*?)</plugin>")) {
            if (plugin.contains("<artifactId>maven-failsafe-plugin<")) {
              plugins++;
              assertThat(plugin).as("%s", pom).contains("<skipTests>${skipTests}</skipTests>");
            }
          }
        }
      }
    }
    assertThat(plugins).isPositive();
  }

  /// A program with nothing but the library on its class path.
  static final class Alone {
    private Alone() {}

    public static void main(String[] args) throws Exception {
      ChildJvm.keepQuietAboutSlowSteps();
      run(() -> {
        try (var server = Streams.startServer((reader, writer) -> writer.close(), "127.0.0.1", 0)) {
          var address = (InetSocketAddress) server.sockets().getFirst().getLocalAddress();
          var connection = Streams.openConnection("127.0.0.1", address.getPort());
          System.out.println(connection.reader().read().length);
          connection.writer().close();
        }
        System.out.println(await(gather(() -> sleep(0, 1), () -> sleep(0, 2))));
      });
      try {
        System.out.println(Class.forName("org.jspecify.annotations.Nullable"));
      } catch (ClassNotFoundException e) {
        System.out.println("alone");
      }
    }
  }

  @Test
  @Tag("slow")
  void program_needsNothingBeyondTheJdkToRun() {
    var result = ChildJvm.run(Alone.class, Runtimes.jvmOptions());
    assertThat(result.output()).isEqualTo("0\n[1, 2]\nalone");
    assertThat(result.exitCode()).isZero();
  }

  /// What the compiler needs, and the README says so.
  @Test
  void annotations_areTheOnlyDependency() throws Exception {
    var own = parts(read("core/pom.xml"), "<dependency>(.*?)</dependency>");
    var needed = own.stream().filter(text -> !text.contains("<scope>")).toList(); // test, provided
    assertThat(needed).hasSize(1);
    assertThat(needed.getFirst()).contains("<artifactId>jspecify</artifactId>");
    assertThat(read("core/src/main/java/module-info.java"))
        .contains("requires static transitive org.jspecify;");
    assertThat(read("README.md").replaceAll("\\s+", " "))
        .contains("Its one dependency, the annotations of JSpecify, is for the compiler");
  }
}
