package jasyncio.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `./release` says before it builds anything. It is copied, so that it cannot build.
@DisabledOnOs(OS.WINDOWS) // a script of bash's
class ReleaseScriptTest {
  @TempDir Path dir;

  private record Result(int status, String out, String err) {}

  private Result release(String... args) throws Exception {
    var script = dir.resolve("release");
    Files.copy(
        Path.of("../release"),
        script,
        StandardCopyOption.COPY_ATTRIBUTES,
        StandardCopyOption.REPLACE_EXISTING);
    var command = new ArrayList<>(List.of("bash", script.toString()));
    command.addAll(List.of(args));
    var builder = new ProcessBuilder(command).directory(dir.toFile());
    builder.environment().remove("MAVEN_GPG_KEY");
    builder.environment().put("GIT_CEILING_DIRECTORIES", dir.getParent().toString());
    var err = dir.resolve("stderr");
    var process = builder.redirectError(err.toFile()).start();
    process.getOutputStream().close();
    var out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Result(process.waitFor(), out, Files.readString(err));
  }

  private void git(String... words) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("git", "-c", "user.name=a", "-c", "user.email=a@b.c"));
    command.addAll(List.of(words));
    var git = new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true).start();
    git.getInputStream().readAllBytes();
    assertThat(git.waitFor()).as(String.join(" ", words)).isZero();
  }

  @Test
  void help_asked_printed() throws Exception {
    assertThat(release("--help").out()).startsWith("Usage: ./release");
    var without = release();
    assertThat(without.status()).isEqualTo(2);
    assertThat(without.err()).startsWith("Usage: ./release");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --quick 0.1.0            | there is no option --quick; see ./release --help.
          --unsigned 0.1           | '0.1' is no version of a release: write 0.1.0, or 0.1.0-rc.1.
          --unsigned 0.1.0-SNAPSHOT| '0.1.0-SNAPSHOT' is no version of a release: write 0.1.0, or 0.1.0-rc.1.
          --unsigned 0.1.0 0.2.0   | one version at a time: 0.1.0 or 0.2.0?
          --unsigned --output      | --output wants a folder.
          0.1.0                    | there is no key to sign with: set MAVEN_GPG_KEY, or say --unsigned.
          --unsigned --output . 1.0.0 | . is there already.
          --unsigned 0.1.0         | this is no git repository; a release is of a commit.
          """)
  void mistake_any_toldInOneSentence(String line, String message) throws Exception {
    assertThat(release(line.split(" ", -1)))
        .isEqualTo(new Result(2, "", "release: " + message + "\n"));
  }

  @Test
  void tree_withChangesThatAreNotCommitted_isNotReleased() throws Exception {
    git("init", "-q");
    Files.writeString(dir.resolve("CHANGELOG.md"), "## 0.0.9\n");
    git("add", "CHANGELOG.md");
    git("commit", "-q", "-m", "first");
    assertThat(release("--unsigned", "0.1.0").err())
        .isEqualTo("release: CHANGELOG.md says nothing about 0.1.0.\n");
    Files.writeString(dir.resolve("CHANGELOG.md"), "## Unreleased\n");
    assertThat(release("--unsigned", "0.1.0").err())
        .isEqualTo("release: there are changes that are not committed; a release is of what is.\n");
  }
}
