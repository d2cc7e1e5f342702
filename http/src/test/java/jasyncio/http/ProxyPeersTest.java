package jasyncio.http;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.net.ConnectOptions;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Streams;
import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;

/// HAProxy in front of a server; skipped where it is not installed.
class ProxyPeersTest {
  @TempDir private Path folder;

  private static Response whoIsIt(Request request) {
    var from = (InetSocketAddress) Objects.requireNonNull(request.remoteAddress());
    return Response.text(from.getPort() + " " + request.isSecure());
  }

  private static int[] freePorts(int count) throws IOException {
    var sockets = new ServerSocket[count];
    var ports = new int[count];
    for (int i = 0; i < count; i++) {
      sockets[i] = new ServerSocket(0);
      ports[i] = sockets[i].getLocalPort();
    }
    for (var socket : sockets) {
      socket.close();
    }
    return ports;
  }

  private Process start(int[] ports, int plain, int secure) throws IOException {
    var pem = folder.resolve("both.pem");
    Files.writeString(
        pem,
        Files.readString(TestKeys.FOLDER.resolve("cert.pem"))
            + Files.readString(TestKeys.FOLDER.resolve("key.pem")));
    var text =
        new StringBuilder(
            "defaults\n mode tcp\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n");
    var servers =
        new String[] {
          plain + " send-proxy",
          plain + " send-proxy-v2",
          plain + " send-proxy-v2 proxy-v2-options crc32c,unique-id",
          plain + " send-proxy-v2-ssl",
          secure + " send-proxy ssl verify none",
          secure + " send-proxy-v2-ssl-cn ssl verify none",
        };
    for (int i = 0; i < servers.length; i++) {
      text.append("listen l%d\n bind 127.0.0.1:%d".formatted(i, ports[i]))
          .append(servers[i].contains("v2-ssl") ? " ssl crt " + pem : "")
          .append("\n server s 127.0.0.1:%s\n".formatted(servers[i]));
    }
    var file = folder.resolve("haproxy.cfg");
    Files.writeString(file, text);
    return new ProcessBuilder("haproxy", "-db", "-f", file.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("haproxy.log").toFile())
        .start();
  }

  private static boolean isThere() throws InterruptedException {
    try {
      return new ProcessBuilder("haproxy", "-v")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void awaitListening(Process process, int port) throws Exception {
    while (true) {
      try (var _ = Streams.openConnection("127.0.0.1", port)) {
        return;
      } catch (ConnectException e) {
        if (!process.isAlive()) {
          throw new AssertionError(Files.readString(folder.resolve("haproxy.log")), e);
        }
        sleep(0.02);
      }
    }
  }

  @OnEachRuntime
  void haproxy_tellsOfItsClients() throws Exception {
    assumeTrue(toThread(() -> isThere()), "there is no haproxy on this machine");
    var options = HttpOptions.defaults().proxyProtocol(true);
    try (var plain = Http.start(ProxyPeersTest::whoIsIt, "127.0.0.1", 0, options);
        var secure =
            Http.start(ProxyPeersTest::whoIsIt, "127.0.0.1", 0, options.tls(TestKeys.server()))) {
      var ports = toThread(() -> freePorts(6));
      var process = toThread(() -> start(ports, plain.port(), secure.port()));
      try {
        awaitListening(process, ports[0]);
        for (int i = 0; i < ports.length; i++) {
          boolean tls = i == 3 || i == 5;
          check(ports[i], tls, tls || i == 4);
        }
      } finally {
        process.destroy();
        toThread(() -> process.waitFor());
      }
    }
  }

  private static void check(int port, boolean tls, boolean secure) throws Exception {
    var options = ConnectOptions.defaults();
    if (tls) {
      options = options.tls(TestKeys.client());
    }
    try (var connection = Streams.openConnection("localhost", port, options)) {
      var own = (InetSocketAddress) connection.writer().getExtraInfo(ExtraInfo.SOCKNAME);
      connection
          .writer()
          .write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
      connection.writer().drain();
      var response = new String(connection.reader().read(), ISO_8859_1);
      assertThat(response).endsWith("\r\n" + Objects.requireNonNull(own).getPort() + " " + secure);
    }
  }
}
