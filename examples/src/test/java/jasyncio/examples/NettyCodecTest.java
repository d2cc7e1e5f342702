package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import jasyncio.examples.Programs.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the service on Netty's codec, and has real clients talk to it.
class NettyCodecTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("NettyCodec.java")), classes);
  }

  private static List<String> command(String... args) {
    return Programs.javaCommand(classes, "NettyCodec", args);
  }

  @Test
  void withoutPort_itServesItself() throws Exception {
    Run run = Programs.run(command());

    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertEquals(
        List.of(
            "POST /notes  201 note 1",
            "POST /notes  201 note 2",
            "GET /notes   200 buy milk, learn asyncio",
            "GET /nothing 404 no such thing"),
        run.out().subList(0, 4));
    assertTrue(
        run.out().get(4).startsWith("50 clients waited 200 ms each: 50 answers in "),
        run::toString);
  }

  @Test
  void wrongArguments_printUsage() throws Exception {
    Run run = Programs.run(command("--speed"));
    assertEquals(2, run.exit(), run::toString);
    assertEquals("Usage: NettyCodec.java [--port N]", run.out().getFirst());
    assertEquals(0, Programs.run(command("--help")).exit());
  }

  /// The service in a process of its own.
  private record Service(Process process, int port) implements AutoCloseable {
    static Service start() throws IOException {
      Process process = Programs.start(command("--port", "0"));
      String line = process.inputReader(StandardCharsets.UTF_8).readLine();
      var port = Pattern.compile("serving on http://127.0.0.1:(\\d+)/ .*").matcher(line);
      assertTrue(port.matches(), line);
      return new Service(process, Integer.parseInt(port.group(1)));
    }

    /// What comes back for these bytes, up to the end.
    String exchange(String request) throws IOException {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
          InputStream in = socket.getInputStream()) {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }

    /// The first line of what comes back for these bytes; the service may wait for more of them.
    String firstLine(String request) throws IOException {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
          var in = new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)) {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        return new BufferedReader(in).readLine();
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void oddClients_doItNoHarm() throws Exception {
    try (var service = Service.start()) {
      assertTrue(service.exchange("nonsense\r\n\r\n").startsWith("HTTP/1.1 400"));
      assertTrue(
          service
              .firstLine("POST /notes HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
              .startsWith("HTTP/1.1 413"));
      String pipelined =
          service.exchange(
              "GET / HTTP/1.1\r\n\r\nGET /slow?ms=20 HTTP/1.1\r\nConnection: close\r\n\r\n");
      assertEquals(3, pipelined.split("HTTP/1.1 200", -1).length, pipelined);
      new Socket(InetAddress.getLoopbackAddress(), service.port()).close(); // says nothing
      assertTrue(
          service
              .exchange("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
              .endsWith("Hello, World!"));
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no kill command
  void interrupt_closesIt() throws Exception {
    assumeFalse(
        Programs.ignoresInterrupts(), "interrupts are ignored here, as in a background job");
    try (var service = Service.start()) {
      service.exchange("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
      Programs.run(List.of("kill", "-INT", String.valueOf(service.process().pid())));
      Run run = Programs.finish(service.process());
      assertEquals(130, run.exit(), run::toString);
      assertEquals(List.of("answered 1 requests; closing"), run.out());
      assertEquals(List.of(), run.err());
    }
  }
}
