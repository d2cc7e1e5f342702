package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import jasyncio.examples.Programs.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Chats with the chat server.
class ChatServerTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("ChatServer.java")), classes);
  }

  private static List<String> command(String... args) {
    return Programs.javaCommand(classes, "ChatServer", args);
  }

  /// A client made of a blocking socket.
  private record Client(Socket socket, BufferedReader in) implements AutoCloseable {
    static Client login(int port, String name) throws IOException {
      var socket = new Socket(InetAddress.getLoopbackAddress(), port);
      var in = new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8);
      var client = new Client(socket, new BufferedReader(in));
      client.say(name);
      return client;
    }

    void say(String line) throws IOException {
      socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    String hear() throws IOException {
      var line = in.readLine();
      return line == null ? null : line.replace("your name? ", "");
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void withoutPort_itTalksToItself() throws Exception {
    Run run = Programs.run(command());
    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertEquals(
        List.of(
            "serving",
            "ann sees: * ann has come; here are ann",
            "ann sees: * bob has come; here are ann, bob",
            "bob sees: * bob has come; here are ann, bob",
            "bob sees: ann: hello, bob",
            "ann sees: * bob has gone"),
        run.out());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no kill command
  void clients_chatUntilCtrlC() throws Exception {
    assumeFalse(
        Programs.ignoresInterrupts(), "interrupts are ignored here, as in a background job");
    Process process = Programs.start(command("0"));
    try {
      var line = process.inputReader(StandardCharsets.UTF_8).readLine();
      int port = Integer.parseInt(line.replaceAll("serving on port (\\d+); .*", "$1"));
      try (var ann = Client.login(port, "ann")) {
        assertEquals("* ann has come; here are ann", ann.hear());
        try (var impostor = Client.login(port, "ann")) {
          assertEquals("* that name is taken", impostor.hear());
          assertNull(impostor.hear());
        }
        try (var bob = Client.login(port, "bob")) {
          assertEquals("* bob has come; here are ann, bob", ann.hear());
          assertEquals("* bob has come; here are ann, bob", bob.hear());
          bob.say("x".repeat(5000)); // too long: out he goes
          assertEquals("* bob has gone", ann.hear());
        }
        Programs.run(List.of("kill", "-INT", String.valueOf(process.pid())));
        assertEquals("* the server closes", ann.hear());
        assertNull(ann.hear());
      }
      Run run = Programs.finish(process);
      assertEquals(0, run.exit(), run::toString);
      assertEquals(List.of("bye"), run.out());
      assertEquals(List.of(), run.err());
    } finally {
      process.destroyForcibly();
    }
    assertTrue(process.waitFor() >= 0);
  }
}
