package jasyncio.bench.compare;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Executors;

/// Servers of the JDK with a virtual thread for each connection.
final class BlockingServers {
  private static final int BACKLOG = 4096;
  private static final int CHUNK = 64 * 1024;
  private static final byte[] HELLO = "Hello, World!".getBytes(US_ASCII);

  private BlockingServers() {}

  /// Serves until the process is ended.
  static void serve(String kind, int port) throws Exception {
    switch (kind) {
      case "echo-stream" -> Thread.ofVirtual().start(() -> echo(port)).join();
      case "http" -> http(port);
      default -> Bench.unsupported(kind);
    }
  }

  private static void echo(int port) {
    try (var listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress())) {
      System.out.println("READY");
      while (true) {
        var socket = listener.accept();
        Thread.startVirtualThread(() -> echo(socket));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void echo(Socket socket) {
    var data = new byte[CHUNK];
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = socket.getInputStream();
      var out = socket.getOutputStream();
      for (int count = in.read(data); count > 0; count = in.read(data)) {
        out.write(data, 0, count);
      }
    } catch (IOException e) {
      // the load generator ends its connections as it likes
    }
  }

  private static void http(int port) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    var server = HttpServer.create(address, BACKLOG);
    server.createContext("/", BlockingServers::answer);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    System.out.println("READY");
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "text/plain");
      exchange.sendResponseHeaders(200, HELLO.length);
      exchange.getResponseBody().write(HELLO);
    }
  }
}
