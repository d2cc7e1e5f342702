package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import jasyncio.http.TestRequest;
import jasyncio.http.TestResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `jasyncio serve`, without the network as far as that is possible: [ScriptIT] has it whole.
class ServeCommandTest {
  @TempDir Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "0123456789");
    Files.writeString(folder.resolve("long.txt"), "long ".repeat(1000));
    Files.writeString(folder.resolve(".secret"), "secret");
    Files.createDirectory(folder.resolve("site"));
    Files.writeString(folder.resolve("site/index.html"), "<p>home");
  }

  /// What the command that a line asks for answers to a request.
  private TestResponse ask(String options, String target, String... headers) throws Exception {
    var line = List.of(("serve " + options).strip().split(" ", -1)).toArray(String[]::new);
    var parsed = JasyncioCommand.parse(JasyncioCommand.newCommandLine(), line);
    var command = (ServeCommand) parsed.subcommand().commandSpec().userObject();
    return Asyncio.run(() -> {
      TestRequest request =
          command.handler(folder).test().get(target).header("Host", "localhost:8000");
      for (int i = 0; i < headers.length; i += 2) {
        request = request.header(headers[i], headers[i + 1]);
      }
      return request.send();
    });
  }

  private String log(String options, String target) throws Exception {
    try (Output output = Output.capture()) {
      ask(options, target);
      return output.out();
    }
  }

  @Test
  void files_wholeAndInParts_andFoldersListed() throws Exception {
    var file = ask("-q", "/a.txt").expect(200);
    assertThat(file.text()).isEqualTo("0123456789");
    assertThat(file.header("Cache-Control")).isEqualTo("no-cache");
    String tag = file.header("ETag");
    ask("-q", "/a.txt", "If-None-Match", tag).expect(304);
    assertThat(ask("-q", "/a.txt", "Range", "bytes=2-3").expect(206).text()).isEqualTo("23");
    assertThat(ask("-q", "/").expect(200).text())
        .contains("./site/", "./a.txt")
        .doesNotContain("secret");
    assertThat(ask("-q", "/site/").text()).isEqualTo("<p>home");
    ask("-q", "/.secret").expect(404);
  }

  @Test
  void options_changeWhatIsAnswered() throws Exception {
    ask("-q --no-listing", "/").expect(404);
    assertThat(ask("-q --cache 60", "/a.txt").header("Cache-Control")).isEqualTo("max-age=60");
    assertThat(ask("-q", "/a.txt", "Origin", "https://x.example").headers().toMap())
        .doesNotContainKey("Access-Control-Allow-Origin");
    assertThat(
            ask("-q --cors", "/a.txt", "Origin", "https://x.example")
                .header("Access-Control-Allow-Origin"))
        .isEqualTo("*");
    assertThat(ask("-q", "/long.txt", "Accept-Encoding", "gzip").header("Content-Encoding"))
        .isEqualTo("gzip");
  }

  @Test
  void requests_areLogged_unlessQuiet() throws Exception {
    assertThat(log("", "/a.txt"))
        .matches("\\d\\d:\\d\\d(:\\d\\d)? - \"GET /a.txt\" 200 10 bytes \\d\\.\\d{3} s\n");
    assertThat(log("--quiet", "/a.txt")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "a.localhost"})
  void names_ofThisMachine_areServed(String host) throws Exception {
    ask("-q", "/a.txt", "Host", host).expect(200);
  }

  @Test
  void namesOfOthers_thatLeadHere_areRefused_unlessOthersAreServed() throws Exception {
    ask("-q", "/a.txt", "Host", "evil.example").expect(403);
    ask("-q", "/a.txt", "Host", "localhost.evil.example").expect(403);
    ask("-q --host 0.0.0.0", "/a.txt", "Host", "files.example").expect(200);
  }

  private String refused(int status, String... line) throws Throwable {
    try (Output output = Output.capture()) {
      assertThat(Main.execute(line)).isEqualTo(status);
      assertThat(output.out()).isEmpty();
      return output.err().lines().findFirst().orElse("");
    }
  }

  @Test
  void portInUse_toldInOneSentence() throws Throwable {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(other.getLocalPort());
      assertThat(refused(ExitStatus.FAILED, "serve", "--port", port, folder.toString()))
          .isEqualTo("jasyncio serve: port " + port + " is taken; --port 0 takes one that is free");
    }
  }

  @Test
  void mistakes_toldInOneSentence() throws Throwable {
    String none = folder.resolve("none").toString();
    String file = folder.resolve("a.txt").toString();
    assertThat(refused(ExitStatus.USAGE, "serve", none))
        .isEqualTo("jasyncio serve: there is no such folder: " + none);
    assertThat(refused(ExitStatus.USAGE, "serve", file))
        .isEqualTo("jasyncio serve: this is no folder: " + file);
    assertThat(refused(ExitStatus.USAGE, "serve", "--port", "65536"))
        .isEqualTo("jasyncio serve: --port is 0 to 65535, not 65536");
    assertThat(refused(ExitStatus.USAGE, "serve", "--cache", "-1"))
        .isEqualTo("jasyncio serve: --cache is a number of seconds, not -1");
    assertThat(refused(ExitStatus.USAGE, "serve", ".", "x"))
        .isEqualTo("jasyncio serve: unexpected argument x");
    assertThat(refused(ExitStatus.FAILED, "serve", "--host", "192.0.2.1", folder.toString()))
        .startsWith("jasyncio serve: 192.0.2.1 is no address of this machine; ");
    assertThat(refused(ExitStatus.USAGE, "serve", none, "--port", "0"))
        .as("in any order")
        .isEqualTo("jasyncio serve: there is no such folder: " + none);
    assertThat(refused(ExitStatus.USAGE, "serve", folder.toString(), "--prot", "0"))
        .isEqualTo("jasyncio serve: unknown option --prot");
    assertThat(refused(ExitStatus.FAILED, "serve", "--host", "no.invalid", folder.toString()))
        .isEqualTo("jasyncio serve: there is no address no.invalid");
  }

  @Test
  void page_inUtf8() throws Exception {
    Files.writeString(folder.resolve("é.txt"), "é", UTF_8);
    assertThat(ask("-q", "/").text()).contains("./%C3%A9.txt", ">é.txt<");
  }
}
