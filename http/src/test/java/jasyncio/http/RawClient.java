package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jasyncio.net.StreamConnection;
import jasyncio.net.Streams;
import jasyncio.testing.MemoryStreams;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Talks to a server in bytes.
final class RawClient implements AutoCloseable {
  private final StreamConnection connection;
  private final @Nullable StreamConnection other; // kept: one that nobody refers to is closed

  RawClient(HttpServer server) throws IOException {
    this(Streams.openConnection("127.0.0.1", server.port()), null);
  }

  private RawClient(StreamConnection connection, @Nullable StreamConnection other) {
    this.connection = connection;
    this.other = other;
  }

  /// One that talks on a connection that there is.
  static RawClient of(StreamConnection connection) {
    return new RawClient(connection, null);
  }

  /// A client in memory, so that time is virtual.
  static RawClient inMemory(HttpServer server) {
    var pair = MemoryStreams.pair();
    var transport = pair.right().writer().transport();
    var protocol = server.newConnection();
    transport.setProtocol(protocol);
    protocol.connectionMade(transport);
    return new RawClient(pair.left(), pair.right());
  }

  /// A server that listens nowhere.
  static HttpServer server(Handler handler, HttpOptions options) {
    return new HttpServer(getRunningLoop(), handler, options);
  }

  /// What a server says to `bytes` until it closes the connection.
  static String ask(HttpServer server, String bytes) throws IOException {
    try (var client = new RawClient(server)) {
      client.send(bytes);
      return client.readAll();
    }
  }

  RawClient send(String bytes) throws IOException {
    connection.writer().write(bytes.getBytes(ISO_8859_1));
    connection.writer().drain();
    return this;
  }

  /// One response with a known length, without what changes: date and length.
  String readResponse() throws IOException {
    var head = readHead();
    int at = head.indexOf("Content-Length: ");
    var body = "";
    if (at >= 0) {
      int end = head.indexOf("\r\n", at);
      int n = Integer.parseInt(head.substring(at + "Content-Length: ".length(), end));
      body = new String(connection.reader().readexactly(n), ISO_8859_1);
    }
    return plain(head + body);
  }

  String readHead() throws IOException {
    return new String(connection.reader().readuntil("\r\n\r\n".getBytes(ISO_8859_1)), ISO_8859_1);
  }

  String read(int n) throws IOException {
    return new String(connection.reader().readexactly(n), ISO_8859_1);
  }

  String readAll() throws IOException {
    return plain(new String(connection.reader().read(), ISO_8859_1));
  }

  private static String plain(String response) {
    return response.replaceAll("Date: [^\r]*\r\n", "").replace("\r\n", "\n");
  }

  void end() {
    connection.writer().writeEof();
  }

  void abort() {
    connection.writer().transport().abort();
  }

  StreamConnection connection() {
    return connection;
  }

  @Override
  public void close() {
    connection.close();
    if (other != null) {
      other.writer().transport().close();
    }
  }
}
