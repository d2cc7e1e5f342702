import static jasyncio.gevent.Gevent.*;

import com.sun.net.httpserver.HttpServer;
import jasyncio.gevent.Monkey;

// An HTTP client that knows nothing of greenlets: it blocks, and the others run.
int get(URI url) throws IOException {
  var connection = (HttpURLConnection) url.toURL().openConnection();
  try {
    return connection.getResponseCode();
  } finally {
    connection.disconnect();
  }
}

void funcA(URI url) throws IOException {
  IO.println("-------A-------");
  IO.println(get(url));
  IO.println("-------A1-------");
}

void funcB(URI url) throws IOException {
  IO.println("-------B-------");
  IO.println(get(url));
  IO.println("-------B1-------");
}

void main() throws IOException {
  Monkey.patchAll();
  HttpServer server = startServer();
  URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");

  joinall(List.of(spawn(() -> funcA(url)), spawn(() -> funcB(url))));

  server.stop(0);
}

// Stands in for www.baidu.com.
HttpServer startServer() throws IOException {
  var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
  server.createContext(
      "/",
      exchange -> {
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
      });
  server.start();
  return server;
}
