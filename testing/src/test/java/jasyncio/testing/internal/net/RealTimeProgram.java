package jasyncio.testing.internal.net;

import jasyncio.Asyncio;
import jasyncio.net.ConnectOptions;
import jasyncio.net.Datagrams;
import jasyncio.net.ServerOptions;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import jasyncio.net.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A program that knows nothing of the network it runs on: echo servers and their clients.
final class RealTimeProgram {
  private static final String HOST = "127.0.0.1";
  private static final char[] PASSWORD = "secret".toCharArray();

  private RealTimeProgram() {}

  /// Talks to itself, and says what it has heard.
  ///
  /// @param args a key store
  public static void main(String[] args) throws Exception {
    try (var channel = SocketChannel.open()) {
      System.out.println(channel.getClass().getSimpleName());
    }
    var plain = ConnectOptions.defaults();
    var tls = tls(Path.of(args[0]));
    Asyncio.run(() -> {
      System.out.println("plain: " + echo(ServerOptions.defaults(), plain));
      var secret = plain.tls(TlsContexts.insecureClient());
      System.out.println("TLS: " + echo(ServerOptions.defaults().tls(tls), secret));
      System.out.println("datagram: " + datagram());
    });
  }

  private static SSLContext tls(Path store) throws Exception {
    var keys = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  private static String echo(ServerOptions serving, ConnectOptions connecting) throws IOException {
    try (var server = Streams.startServer(RealTimeProgram::serve, HOST, 0, serving);
        var connection = Streams.openConnection(HOST, server.port(), connecting)) {
      var answers = new StringBuilder();
      for (int i = 0; i < 3; i++) {
        connection.writer().write("line " + i + "\n", StandardCharsets.UTF_8);
        connection.writer().drain();
        answers.append(connection.reader().readLine()).append(", ");
      }
      connection.writer().write(new byte[3_000_000]); // more than all buffers hold
      connection.writer().write("\n", StandardCharsets.UTF_8);
      return answers.append(connection.reader().readexactly(3_000_001).length).toString();
    }
  }

  private static void serve(StreamReader reader, StreamWriter writer) throws IOException {
    try (writer) {
      for (var data = reader.read(65_536); data.length > 0; data = reader.read(65_536)) {
        writer.write(data);
        writer.drain();
      }
    }
  }

  private static String datagram() throws IOException {
    try (var server = Datagrams.bind(HOST, 0)) {
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      try (var client = Datagrams.connect(HOST, port)) {
        client.send("hello".getBytes(StandardCharsets.UTF_8));
        return new String(server.receive().data(), StandardCharsets.UTF_8);
      }
    }
  }
}
