package jasyncio.bench.peers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/// The JDK's server, a virtual thread for each request: `JdkServer serve PORT`.
public final class JdkServer {
  private JdkServer() {}

  /// Serves until the process is ended.
  ///
  /// @param arguments `serve` and the port
  public static void main(String[] arguments) throws IOException {
    var address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1]));
    var server = HttpServer.create(address, 4096);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(exchange, Contents.TEXT, Contents.HELLO_BYTES));
    server.createContext("/json", exchange -> answer(exchange, Contents.JSON, Contents.json()));
    server.createContext("/static", SimpleFileServer.createFileHandler(Contents.folder()));
    server.start();
    System.out.println("READY");
  }

  private static void answer(HttpExchange exchange, String type, byte[] body) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
