package jasyncio.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the web service, and has real clients talk to it.
class WebServiceTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("WebService.java")), classes);
  }

  private static List<String> command(String... args) {
    return Programs.javaCommand(classes, "WebService", args);
  }

  @Test
  void withoutPort_itServesItself() throws Exception {
    Run run = Programs.run(command());
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().subList(0, 4))
        .containsExactly(
            "POST /notes   201 Note[id=1, text=buy milk]",
            "POST /notes   201 Note[id=2, text=learn asyncio]",
            "GET /notes    200 [{\"id\":1,\"text\":\"buy milk\"}]",
            "GET /notes/7  404 {\"title\":\"Not Found\",\"status\":404,\"detail\":\"There is no note 7.\"}");
    assertThat(run.out().get(4)).startsWith("200 clients waited 20 ms each: 200 answers in ");
  }

  @Test
  void wrongArguments_areNamed() throws Exception {
    Run run = Programs.run(command("--speed"));
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).containsExactly("notes: unknown option --speed (see --help)");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no kill command
  void notes_areKept_changedAndRemoved_untilCtrlC() throws Exception {
    try (var service = ServedProgram.start(command("--port", "0"))) {
      var note = BodyPublishers.ofString("{\"text\": \"a note\"}");
      var add = service.request("/notes").header("Content-Type", "application/json").POST(note);
      assertThat(service.send(add).headers().firstValue("Location")).contains("/notes/1");
      var change =
          service
              .request("/notes/1")
              .header("Content-Type", "application/json")
              .PUT(BodyPublishers.ofString("{\"text\": \"another\"}"));
      assertThat(service.send(change).body()).isEqualTo("{\"id\":1,\"text\":\"another\"}");
      assertThat(service.get("/notes?text=oth").body())
          .isEqualTo("[{\"id\":1,\"text\":\"another\"}]");
      assertThat(service.send(service.request("/notes/1").DELETE()).statusCode()).isEqualTo(204);
      assertThat(service.get("/notes/1").statusCode()).isEqualTo(404);
      assertThat(service.send(add.POST(BodyPublishers.ofString("{}"))).statusCode()).isEqualTo(422);
      assertThat(service.send(add.POST(BodyPublishers.ofString("{"))).statusCode()).isEqualTo(400);
      assertThat(service.get("/slow?ms=x").statusCode()).isEqualTo(400);

      Run run = service.interrupt();
      assertThat(run.exit()).as(run.toString()).isZero();
      assertThat(run.out()).last().isEqualTo("bye");
      assertThat(run.out()).first().asString().startsWith("127.0.0.1 \"POST /notes\" 201 ");
      assertThat(run.err()).isEmpty();
    }
  }

  @Test
  void curl_talksToIt() throws Exception {
    assumeTrue(Programs.has("curl"), "there is no curl here");
    try (var service = ServedProgram.start(command("--port", "0"))) {
      Run two =
          Programs.run(
              List.of(
                  "curl",
                  "-sv",
                  "-H",
                  "Content-Type: application/json",
                  "-d",
                  "{\"text\": \"a note\"}",
                  service.address() + "/notes",
                  service.address() + "/notes"));
      assertThat(two.out())
          .last()
          .isEqualTo("{\"id\":1,\"text\":\"a note\"}{\"id\":2,\"text\":\"a note\"}");
      assertThat(two.err()).anyMatch(line -> line.contains("Re-using existing connection"));
    }
  }
}
