import static jasyncio.Asyncio.*;

import com.sun.net.httpserver.HttpServer;
import jasyncio.Coroutine;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.Task;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

// A blocking GET inside a coroutine works; nothing else runs on the loop meanwhile.
int requestHtml(URI url) throws IOException, InterruptedException {
  try (var client = HttpClient.newHttpClient()) {
    var res = client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
    return res.statusCode();
  }
}

void callback(Future<Integer> task) {
  IO.println("回调： " + task.result());
}

void main() throws IOException {
  HttpServer server = startServer();
  URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  EventLoop loop = newEventLoop();

  Coroutine<Integer> coroutine = coroutine(() -> requestHtml(url));
  Task<Integer> task = loop.createTask(coroutine);
  task.addDoneCallback(future -> callback(future));
  IO.println(task);
  IO.println("*".repeat(100));

  loop.runUntilComplete(task);
  IO.println(task);

  loop.close();
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
