package jasyncio.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the reverse proxy, in front of its own server and of the JDK's.
class ReverseProxyTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("ReverseProxy.java")), classes);
  }

  private static List<String> command(String... args) {
    return Programs.javaCommand(classes, "ReverseProxy", args);
  }

  @Test
  void withoutUrl_itShowsWhatItDoes() throws Exception {
    Run run = Programs.run(command());
    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .containsExactly(
            "who am I?     127.0.0.1",
            "upload:       4194304 bytes",
            "as it comes:  tick 1, tick 2",
            "client left:  so did the proxy",
            "WebSocket:    hello",
            "too slow:     504",
            "not there:    502");
  }

  @Test
  void wrongArguments_areNamed() throws Exception {
    for (String wrong : List.of("--speed", "ftp://host/", "http://host/?query")) {
      Run run = Programs.run(command(wrong));
      assertThat(run.exit()).isEqualTo(2);
      assertThat(run.err()).singleElement().asString().contains(wrong).contains("(see --help)");
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no kill command
  void requests_areHandedOn_untilCtrlC() throws Exception {
    var asked = new LinkedBlockingQueue<String>();
    var local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(local, 0);
    server.createContext(
        "/",
        exchange -> {
          var headers = exchange.getRequestHeaders();
          asked.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " for "
                  + headers.getFirst("X-Forwarded-For")
                  + " "
                  + headers.getFirst("X-Secret"));
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().set("X-Answer", "42");
          if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "1000");
            exchange.sendResponseHeaders(200, -1);
          } else {
            exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, 0); // in chunks
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.start();
    var url = "http://127.0.0.1:" + server.getAddress().getPort() + "/base/";
    try (var proxy = ServedProgram.start(command("--port", "0", url))) {
      var upload =
          proxy
              .request("/echo?a=%20b")
              .header("X-Forwarded-For", "10.0.0.7")
              .POST(BodyPublishers.ofString("x".repeat(300_000)));
      var answer = proxy.send(upload);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).hasSize(300_000);
      assertThat(answer.headers().firstValue("X-Answer")).contains("42");
      assertThat(asked.take()).isEqualTo("POST /base/echo?a=%20b for 10.0.0.7, 127.0.0.1 null");
      assertThat(proxy.get("/none").statusCode()).isEqualTo(404);
      assertThat(asked.take()).isEqualTo("GET /base/none for 127.0.0.1 null");
      var head = proxy.send(proxy.request("/none").HEAD());
      assertThat(head.headers().firstValue("Content-Length")).contains("1000");
      assertThat(asked.take()).startsWith("HEAD /base/none ");

      // What only looks like a path, and headers of the connection.
      assertThat(exchange(proxy, "GET //elsewhere.invalid/x HTTP/1.1\r\n"))
          .startsWith("HTTP/1.1 404");
      assertThat(asked.take()).startsWith("GET /base//elsewhere.invalid/x for");
      assertThat(
              exchange(proxy, "GET /y HTTP/1.1\r\nConnection: close, X-Secret\r\nX-Secret: 1\r\n"))
          .startsWith("HTTP/1.1 404");
      assertThat(asked.take()).isEqualTo("GET /base/y for 127.0.0.1 null");

      Run run = proxy.interrupt();
      assertThat(run.exit()).as(run.toString()).isZero();
      assertThat(run.out()).last().isEqualTo("bye");
      assertThat(run.err()).isEmpty();
    } finally {
      server.stop(0);
    }
  }

  private static String exchange(ServedProgram proxy, String head) throws IOException {
    var uri = URI.create(proxy.address());
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort());
        InputStream in = socket.getInputStream()) {
      var close = head.contains("Connection") ? "" : "Connection: close\r\n";
      socket
          .getOutputStream()
          .write((head + close + "Host: " + uri.getAuthority() + "\r\n\r\n").getBytes(UTF_8));
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
