package jasyncio.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.dist.Commands.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A project outside of the build uses the libraries as they will be published.
@DisabledOnOs(OS.WINDOWS) // mvnw is a script of bash's
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StagedLibrariesIT {
  private static final Path CONSUMER = Path.of("src/it/consumer");
  private static final String MAIN = "com.example.consumer.Main";

  @TempDir static Path dir;
  private static StagedBuild staged;
  private static Commands commands;

  @BeforeAll
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  static void buildTheConsumer() throws Exception {
    assumeTrue(StagedBuild.isPossible(), "not all that is released is built; mvn verify builds it");
    staged = StagedBuild.in(dir.resolve("staging"));
    var project = dir.resolve("consumer");
    copy(CONSUMER, project);
    var result = staged.build(project);
    assertThat(result.status()).as(result::toString).isZero();
    commands = new Commands(project.resolve("target"), Map.of());
  }

  /// Its POM names the version of this build, and is to have that which is staged.
  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        var version = System.getProperty("jasyncio.version");
        Files.writeString(target, Files.readString(file).replace(version, StagedBuild.VERSION));
      }
    }
  }

  private static void assertUsesAll(Result result, String fibers) {
    assertThat(result.status()).as(result::toString).isZero();
    assertThat(result.out())
        .isEqualTo(
            """
            fibers: %s
            http: hello
            micrometer: true
            opentelemetry: ada
            slf4j: 7
            kotlin: dispatched
            """
                .formatted(fibers));
  }

  /// Kotlin's documentation is made by another tool, which is slow, and for a release alone.
  @Test
  void staged_isComplete() throws IOException {
    assertThat(StagingCheck.faults(staged.repository(), StagedBuild.VERSION, Set.of()))
        .filteredOn(fault -> !fault.matches("missing: jasyncio-kotlin/.*-javadoc\\.jar"))
        .isEmpty();
  }

  @Test
  void onTheClassPath_works() throws Exception {
    var opened = "--add-opens=java.base/java.lang=ALL-UNNAMED";
    assertUsesAll(commands.java(opened, "-cp", "consumer.jar:lib/*", MAIN), "SCHEDULED");
  }

  @Test
  void onTheClassPath_withoutTheFlag_isPortableAndSaysSo() throws Exception {
    var result = commands.java("-cp", "consumer.jar:lib/*", MAIN);
    assertUsesAll(result, "PORTABLE");
    assertThat(result.out() + result.err()).contains("--add-opens");
  }

  @Test
  void onTheModulePath_works() throws Exception {
    var opened = "--add-opens=java.base/java.lang=jasyncio";
    var module = "com.example.consumer/" + MAIN;
    assertUsesAll(commands.java(opened, "-p", "consumer.jar:lib", "-m", module), "SCHEDULED");
  }

  @Test
  void asAnExecutableJar_works() throws Exception {
    assertUsesAll(commands.java("-jar", "consumer.jar"), "SCHEDULED");
  }
}
