package jasyncio.bench.peers;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The JDK's client, a virtual thread for each of what goes on at a time: `JdkClient client URL`.
public final class JdkClient {
  private JdkClient() {}

  /// Makes requests as it is told.
  ///
  /// @param arguments `client` and the URL
  public static void main(String[] arguments) throws Exception {
    var uri = URI.create(arguments[1]);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var client =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .build()) {
      ClientLoop.run((connections, end) -> make(threads, client, uri, connections, end));
    }
  }

  private static long make(
      ExecutorService threads, HttpClient client, URI uri, int connections, long end)
      throws Exception {
    var tasks = new ArrayList<Callable<Long>>();
    for (int i = 0; i < connections; i++) {
      tasks.add(() -> {
        long n = 0;
        for (; System.nanoTime() < end; n++) {
          var response =
              client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray());
          ClientLoop.check(response.statusCode(), response.body().length);
        }
        return n;
      });
    }
    long sum = 0;
    for (var each : threads.invokeAll(tasks)) {
      sum += each.get();
    }
    return sum;
  }
}
