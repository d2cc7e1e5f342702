package jasyncio.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the downloads, from their own server and from one of the JDK's.
class DownloadTest {
  private static final int HALF = 512 * 1024;

  @TempDir static Path classes;
  @TempDir Path folder;

  private final byte[] content = new byte[2 * HALF];
  private final LinkedBlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private HttpServer server;
  private String url;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("Download.java")), classes);
  }

  /// A server that sends half of a file, and the rest to who asks for that.
  @BeforeEach
  void serve() throws IOException {
    new Random(1).nextBytes(content);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Thread::startVirtualThread);
    server.createContext("/", this::answer);
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  @AfterEach
  void stop() {
    closed.countDown();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    var headers = exchange.getRequestHeaders();
    var range = headers.getFirst("Range");
    asked.add(exchange.getRequestURI() + " " + range + " " + headers.getFirst("If-Range"));
    exchange.getResponseHeaders().set("ETag", "\"one\"");
    if (exchange.getRequestURI().getPath().equals("/none")) {
      exchange.sendResponseHeaders(404, -1);
    } else if (range == null) {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, HALF);
      exchange.getResponseBody().flush();
      try {
        closed.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    } else {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + HALF + "-" + (2 * HALF - 1) + "/" + 2 * HALF);
      exchange.sendResponseHeaders(206, HALF);
      exchange.getResponseBody().write(content, HALF, HALF);
    }
    exchange.close();
  }

  /// What is printed but for how far it is, which a slow machine is told of.
  private static List<String> withoutProgress(Run run) {
    return run.out().stream().filter(line -> !line.matches(".*: [\\d.]+ .iB of .*")).toList();
  }

  private List<String> command(String... args) {
    return Programs.javaCommand(classes, "Download", args);
  }

  @Test
  void withoutUrl_itGoesOnAfterTheServerHasFailed() throws Exception {
    Run run = Programs.run(command());
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("a.bin is whole", "b.bin is whole", "c.bin is whole", "d.bin is whole")
        .anyMatch(line -> line.matches("d\\.bin: 4\\.0 MiB in [\\d.]+ s, interrupted once"));
  }

  @Test
  void wrongArguments_areNamed() throws Exception {
    for (String wrong : List.of("--speed", "ftp://host/x", "--to")) {
      Run run = Programs.run(command(wrong));
      assertThat(run.exit()).isEqualTo(2);
      assertThat(run.err()).singleElement().asString().contains(wrong).contains("(see --help)");
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no kill command
  void interrupt_leavesAFile_withWhichTheNextRunGoesOn() throws Exception {
    assumeFalse(
        Programs.ignoresInterrupts(), "interrupts are ignored here, as in a background job");
    String[] args = {"--to", folder.toString(), url + "dir/file.bin?v=1"};
    Process process = Programs.start(command(args));
    String line;
    do {
      line = process.inputReader(StandardCharsets.UTF_8).readLine();
    } while (!line.equals("file.bin: 512 KiB of 1.0 MiB"));
    Programs.run(List.of("kill", "-INT", String.valueOf(process.pid())));
    Run run = Programs.finish(process);
    assertThat(run.exit()).as(run.toString()).isEqualTo(130);
    assertThat(run.out()).last().isEqualTo("interrupted; the same again goes on from here");
    assertThat(run.err()).isEmpty();
    assertThat(asked.take()).isEqualTo("/dir/file.bin?v=1 null null");
    assertThat(Files.readAllBytes(folder.resolve("file.bin.part")))
        .isEqualTo(Arrays.copyOf(content, HALF));

    run = Programs.run(command(args));
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(asked.take()).isEqualTo("/dir/file.bin?v=1 bytes=" + HALF + "- \"one\"");
    assertThat(Files.readAllBytes(folder.resolve("file.bin"))).isEqualTo(content);
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }

    run = Programs.run(command(args));
    assertThat(withoutProgress(run)).containsExactly("file.bin: is there already");
    assertThat(asked).isEmpty();
  }

  @Test
  void fileThatIsNotThere_isSaid_andNotAskedForAgain() throws Exception {
    Run run = Programs.run(command("--to", folder.toString(), url + "none"));
    assertThat(run.exit()).isEqualTo(1);
    assertThat(withoutProgress(run)).containsExactly("none: failed, status 404");
    assertThat(asked).hasSize(1);
  }
}
