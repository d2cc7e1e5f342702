package jasyncio.bench.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// What wrk and h2load do not do: echoes of WebSockets, requests at a fixed rate, connections that
/// are idle. A process that stays, so that it is warm; told line by line what to do:
///
/// ```text
/// echo PORT CONNECTIONS SECONDS       64 bytes to and fro on each
/// rate PORT CONNECTIONS RATE SECONDS  GET / so many times a second, whatever the server does
/// idle PORT CONNECTIONS               keep so many that were used once
/// idle-tls PORT CONNECTIONS
/// close                               those
/// ```
///
/// It answers each with a line: requests, requests a second, and the microseconds that 50 and 99 of
/// 100 responses took at most.
final class Load {
  /* Requests at a rate have the time at which they are due, and latency counts from then: a server that stalls has all
   * requests wait that are due meanwhile, also those for which no connection is free. Else a stall would count once.
   */
  private static final int MESSAGE = 64;
  private static final int HEADER = 2; // of a frame to the client
  private static final int LONGEST = 10_000_000; // microseconds
  private static final double WARM_UP = 0.5; // seconds that do not count

  private final int[] histogram = new int[LONGEST];
  private final ByteBuffer incoming = ByteBuffer.allocateDirect(1 << 16);
  private final List<Socket> idle = new ArrayList<>();
  private long recorded;

  /// Does what the standard input says.
  ///
  /// @param arguments none
  public static void main(String[] arguments) throws Exception {
    var load = new Load();
    var in = new BufferedReader(new InputStreamReader(System.in, US_ASCII));
    System.out.println("READY");
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(load.obey(line));
    }
  }

  /// Does what a line says.
  String obey(String line) throws IOException, GeneralSecurityException {
    var words = line.split(" ", -1);
    int port = words.length > 1 ? Integer.parseInt(words[1]) : 0;
    int connections = words.length > 2 ? Integer.parseInt(words[2]) : 0;
    return switch (words[0]) {
      case "echo" -> echo(port, connections, Double.parseDouble(words[3]));
      case "rate" ->
          rate(port, connections, Double.parseDouble(words[3]), Double.parseDouble(words[4]));
      case "idle" -> keep(port, connections, null);
      case "idle-tls" -> keep(port, connections, trusting());
      case "close" -> closeIdle();
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  // ---- measuring --------------------------------------------------------------------------------

  private void reset() {
    Arrays.fill(histogram, 0);
    recorded = 0;
  }

  private void record(long nanos) {
    histogram[(int) Math.min(nanos / 1000, LONGEST - 1)]++;
    recorded++;
  }

  private int quantile(double q) {
    long seen = 0;
    for (int i = 0; i < LONGEST; i++) {
      seen += histogram[i];
      if (seen > recorded * q) {
        return i;
      }
    }
    return LONGEST;
  }

  private String result(long count, double seconds) {
    return String.format(
        Locale.ROOT, "%d %.1f %d %d", count, count / seconds, quantile(0.5), quantile(0.99));
  }

  // ---- connections ------------------------------------------------------------------------------

  /// A connection with one request at a time.
  private static final class Connection {
    final SocketChannel channel;
    final ByteBuffer request;
    final int expected; // bytes of a response
    int got;
    long since;

    Connection(SocketChannel channel, ByteBuffer request, int expected) {
      this.channel = channel;
      this.request = request;
      this.expected = expected;
    }

    void send(long time) throws IOException {
      since = time;
      request.rewind();
      channel.write(request); // short enough for any socket
    }

    /// Whether the response is complete.
    boolean receive(ByteBuffer room) throws IOException {
      room.clear();
      int n = channel.read(room);
      if (n < 0) {
        throw new EOFException("the server has closed a connection");
      }
      got += n;
      if (got > expected) {
        throw new IOException("a response has " + got + " bytes instead of " + expected);
      }
      if (got == expected) {
        got = 0;
        return true;
      }
      return false;
    }
  }

  private static byte[] request(String path, String more) {
    return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n").getBytes(US_ASCII);
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static SocketChannel connect(int port) throws IOException {
    var channel = SocketChannel.open(address(port));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return channel;
  }

  /// Sends a request and reads the response, byte by byte up to its body.
  ///
  /// @return how many bytes it has
  private static int exchange(InputStream in, OutputStream out, byte[] request) throws IOException {
    out.write(request);
    out.flush();
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the server has closed a connection after: " + head);
      }
      head.append((char) b);
    }
    if (!head.toString().matches("(?s)HTTP/1.1 (200|101) .*")) {
      throw new IOException("a response was: " + head);
    }
    int length =
        head.toString()
            .lines()
            .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
            .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
            .findFirst()
            .orElse(0);
    if (in.readNBytes(length).length < length) {
      throw new EOFException("a response is too short");
    }
    return head.length() + length;
  }

  private static int exchange(SocketChannel channel, byte[] request) throws IOException {
    return exchange(channel.socket().getInputStream(), channel.socket().getOutputStream(), request);
  }

  // ---- WebSockets -------------------------------------------------------------------------------

  private String echo(int port, int connections, double seconds) throws IOException {
    reset();
    var upgrade =
        request(
            "/ws",
            """
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            """);
    var frame = ByteBuffer.allocateDirect(HEADER + 4 + MESSAGE);
    frame.put((byte) 0x81).put((byte) (0x80 | MESSAGE)).putInt(0); // text, masked by zeros
    while (frame.hasRemaining()) {
      frame.put((byte) 'x');
    }
    try (var selector = Selector.open()) {
      var all = new ArrayList<Connection>();
      for (int i = 0; i < connections; i++) {
        var channel = connect(port);
        exchange(channel, upgrade);
        all.add(register(selector, channel, frame, HEADER + MESSAGE));
      }
      long start = System.nanoTime();
      long end = start + (long) (seconds * 1e9);
      long count = 0;
      for (var each : all) {
        each.send(System.nanoTime());
      }
      for (int open = connections; open > 0; ) {
        selector.select();
        for (var key : selector.selectedKeys()) {
          var connection = (Connection) key.attachment();
          if (connection.receive(incoming)) {
            long now = System.nanoTime();
            record(now - connection.since);
            count++;
            if (now < end) {
              connection.send(now);
            } else {
              open--;
            }
          }
        }
        selector.selectedKeys().clear();
      }
      var result = result(count, (System.nanoTime() - start) / 1e9);
      close(all);
      return result;
    }
  }

  private static Connection register(
      Selector selector, SocketChannel channel, ByteBuffer request, int expected)
      throws IOException {
    var connection = new Connection(channel, request, expected);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, connection);
    return connection;
  }

  private static void close(List<Connection> connections) throws IOException {
    for (var each : connections) {
      each.channel.close();
    }
  }

  // ---- requests at a rate -----------------------------------------------------------------------

  private String rate(int port, int connections, double rate, double seconds) throws IOException {
    reset();
    var bytes = request("/", "");
    var request = ByteBuffer.allocateDirect(bytes.length).put(bytes);
    try (var selector = Selector.open()) {
      var all = new ArrayList<Connection>();
      for (int i = 0; i < connections; i++) {
        var channel = connect(port);
        int expected = exchange(channel, bytes);
        all.add(register(selector, channel, request, expected));
      }
      var free = new ArrayDeque<>(all);
      double interval = 1e9 / rate;
      long total = (long) ((seconds + WARM_UP) * rate);
      long uncounted = (long) (WARM_UP * rate);
      long sent = 0;
      long count = 0;
      long start = System.nanoTime();
      while (sent < total || free.size() < connections) {
        long now = System.nanoTime();
        while (sent < total && !free.isEmpty() && start + (long) (sent * interval) <= now) {
          free.poll().send(start + (long) (sent++ * interval));
        }
        if (selector.selectNow() > 0) { // without rest: this core has nothing else to do
          for (var key : selector.selectedKeys()) {
            var connection = (Connection) key.attachment();
            if (connection.receive(incoming)) {
              if (count++ >= uncounted) {
                record(System.nanoTime() - connection.since);
              }
              free.add(connection);
            }
          }
          selector.selectedKeys().clear();
        }
      }
      var result = result(total, (System.nanoTime() - start) / 1e9);
      close(all);
      return result;
    }
  }

  // ---- idle connections -------------------------------------------------------------------------

  private String keep(int port, int connections, @Nullable SSLSocketFactory tls)
      throws IOException {
    var request = request("/", "");
    while (idle.size() < connections) {
      var socket = new Socket();
      socket.connect(address(port));
      if (tls != null) {
        socket = tls.createSocket(socket, "localhost", port, true);
      }
      exchange(socket.getInputStream(), socket.getOutputStream(), request);
      idle.add(socket);
    }
    return result(idle.size(), 1);
  }

  private String closeIdle() throws IOException {
    for (var each : idle) {
      each.close();
    }
    idle.clear();
    return result(0, 1);
  }

  /// The certificate is made for the run, and nobody else is on the way.
  private static SSLSocketFactory trusting() throws GeneralSecurityException {
    var context = SSLContext.getInstance("TLSv1.3");
    context.init(null, new TrustManager[] {new Trusting()}, null);
    return context.getSocketFactory();
  }

  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
