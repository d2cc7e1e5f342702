package jasyncio.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.dist.Commands.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Somebody unpacks the archive, on a machine with a JDK and nothing else of ours, and uses it.
@DisabledOnOs(OS.WINDOWS) // jasyncio.cmd is not tested
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DistributionIT {
  private static final String VERSION = System.getProperty("jasyncio.version");
  private static final String NAME = "jasyncio-" + VERSION;
  private static final Path ARCHIVE = Path.of("target", NAME + ".tar.gz").toAbsolutePath();

  @TempDir Path dir;
  private Path home;
  private Path userCache;
  private Commands commands;

  @BeforeEach
  void unpack() throws Exception {
    assumeTrue(Files.exists(ARCHIVE), "there is no archive; mvn verify makes it");
    assumeTrue(Commands.has("tar"), "there is no tar");
    home = dir.toRealPath().resolve(NAME);
    userCache = dir.toRealPath().resolve("user-cache");
    var options = "-Djasyncio.stall=0"; // it may be busy here
    commands =
        new Commands(
            dir, Map.of("XDG_CACHE_HOME", userCache.toString(), "JASYNCIO_JAVA_OPTIONS", options));
    assertThat(commands.run("tar", "-xzf", ARCHIVE.toString()).status()).isZero();
  }

  private Result jasyncio(String... words) throws Exception {
    var command = new String[words.length + 1];
    command[0] = home.resolve("bin/jasyncio").toString();
    System.arraycopy(words, 0, command, 1, words.length);
    return commands.run(command);
  }

  /// Has the script find its caches, which would take seconds to make.
  private static void pretendCachesIn(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (var name : new String[] {"run-", "compile-"}) {
      var cache = Files.createFile(folder.resolve(name + Runtime.version() + ".aot"));
      Files.setLastModifiedTime(cache, FileTime.from(Instant.now().plusSeconds(60)));
    }
  }

  @Test
  void unpacked_runsProgramsAndMakesProjects() throws Exception {
    Files.writeString(
        dir.resolve("hello.java"),
        """
        import static jasyncio.Asyncio.*;
        import jasyncio.http.*;

        void main() {
          run(() -> IO.println(getRunningLoop().fibers() + " " + Response.text("x").status()));
        }
        """);
    var version = jasyncio("--version");
    assertThat(version.out()).startsWith("jasyncio " + VERSION + "\n");
    assertThat(version.err()).isEqualTo("jasyncio: preparing a fast start\n");
    var crawler = home.resolve("examples/Crawler.java").toString();
    assertThat(jasyncio("run", crawler, "--help").out()).startsWith("Usage: Crawler.java");
    assertThat(jasyncio("run", "hello.java")).isEqualTo(new Result(0, "SCHEDULED 200\n", ""));
    try (var caches = Files.list(home.resolve("cache"))) {
      assertThat(caches.filter(file -> file.toString().endsWith(".aot")))
          .hasSize(2)
          .allSatisfy(cache -> assertThat(cache).isNotEmptyFile());
    }
    assertThat(userCache.resolve("jasyncio/start")).doesNotExist();
    makesAProjectThatBuilds();
  }

  private void makesAProjectThatBuilds() throws Exception {
    assertThat(jasyncio("new", "price-watch").status()).isZero();
    assumeTrue(StagedBuild.isPossible(), "not all that is released is built; mvn verify builds it");
    var project = dir.resolve("price-watch");
    var pom = Files.readString(project.resolve("pom.xml"));
    Files.writeString(project.resolve("pom.xml"), pom.replace(VERSION, StagedBuild.VERSION));
    var result = StagedBuild.in(dir.resolve("staging")).build(project);
    assertThat(result.status()).as(result::toString).isZero();
    assertThat(project.resolve("target/surefire-reports/com.example.pricewatch.GreeterTest.txt"))
        .content()
        .contains("Tests run: 1, Failures: 0, Errors: 0, Skipped: 0");
    var jar = project.resolve("target/price-watch.jar").toString();
    assertThat(commands.java("-jar", jar, "Ada")).isEqualTo(new Result(0, "Hello, Ada!\n", ""));
  }

  @Test
  void folderThatCannotBeWritten_cachesAreTheUsers() throws Exception {
    Files.writeString(home.resolve("cache"), "no folder, and no place for one");
    pretendCachesIn(Path.of(userCache + "/jasyncio/start" + home));
    var version = jasyncio("--version");
    assertThat(version.status()).isZero();
    assertThat(version.err()).isEmpty();
  }

  @Test
  void linkFromAnotherFolder_findsItsHome() throws Exception {
    pretendCachesIn(home.resolve("cache"));
    var link = Files.createSymbolicLink(dir.resolve("j"), home.resolve("bin/jasyncio"));
    assertThat(commands.run(link.toString(), "--version").out()).startsWith("jasyncio ");
  }

  @Test
  void completions_areReadByTheirShells() throws Exception {
    var bash = home.resolve("share/bash-completion/completions/jasyncio");
    assertThat(commands.run("bash", "-n", bash.toString())).isEqualTo(new Result(0, "", ""));
    var completed =
        commands.run(
            "bash",
            "-c",
            "source %s && COMP_WORDS=(jasyncio ser) COMP_CWORD=1 && _complete_jasyncio && echo $COMPREPLY"
                .formatted(bash));
    assertThat(completed.out()).isEqualTo("serve\n");
    if (Commands.has("zsh")) {
      var zsh = home.resolve("share/zsh/site-functions/_jasyncio");
      assertThat(commands.run("zsh", "-n", zsh.toString())).isEqualTo(new Result(0, "", ""));
      var found =
          commands.run(
              "zsh",
              "-fc",
              "fpath=(%s $fpath); autoload -Uz compinit; compinit -uD; echo $_comps[jasyncio]"
                  .formatted(zsh.getParent()));
      assertThat(found).isEqualTo(new Result(0, "_jasyncio\n", ""));
    }
  }

  @Test
  void manPages_ofAllCommands_areReadWithoutWarnings() throws Exception {
    var pages = home.resolve("share/man/man1");
    try (var files = Files.list(pages)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("jasyncio.1", "jasyncio-run.1", "jasyncio-new.1")
          .doesNotContain("jasyncio-pages.1", "jasyncio-warm-up.1");
    }
    assumeTrue(Commands.has("groff"), "there is no groff");
    try (var files = Files.list(pages)) {
      for (var page : files.sorted().toList()) {
        var read = commands.run("groff", "-man", "-ww", "-Tutf8", "-z", page.toString());
        assertThat(read).as(page.toString()).isEqualTo(new Result(0, "", ""));
      }
    }
  }

  @Test
  void zip_hasTheSameFiles() throws Exception {
    try (var zip = new ZipFile(Path.of("target", NAME + ".zip").toFile());
        var files = Files.walk(home)) {
      var packed = zip.stream().filter(e -> !e.isDirectory()).map(ZipEntry::getName).sorted();
      var unpacked =
          files.filter(Files::isRegularFile).map(file -> home.getParent().relativize(file));
      assertThat(packed.toList()).isEqualTo(unpacked.map(Path::toString).sorted().toList());
    }
  }
}
