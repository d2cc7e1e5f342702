package jasyncio.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.examples.Programs.Run;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The project `notes`, which the build has built before: run by its jar.
class NotesTest {
  private static final Path JAR =
      Programs.EXAMPLES.toAbsolutePath().resolve("notes/target/notes.jar").normalize();

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no kill command
  void asAJar_servesUntilCtrlC() throws Exception {
    assumeTrue(Files.exists(JAR), "the project notes is not built");
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    try (var notes =
        ServedProgram.start(List.of(java, "-Djasyncio.stall=0", "-jar", JAR.toString(), "0"))) {
      var add =
          notes
              .request("/notes")
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString("{\"text\": \"buy milk\"}"));
      assertThat(notes.send(add).statusCode()).isEqualTo(201);
      assertThat(notes.get("/notes").body())
          .startsWith("{\"notes\":[{\"id\":1,\"text\":\"buy milk\"");
      Run run = notes.interrupt();
      assertThat(run.exit()).as(run.toString()).isZero();
      assertThat(run.out()).last().isEqualTo("bye");
      assertThat(run.err()).isEmpty();
    }
  }
}
