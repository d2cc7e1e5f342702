package jasyncio.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/// What a client of the benchmarks is told: `CONNECTIONS SECONDS`, line by line. It answers each
/// with how many requests it has made. As in `jasyncio.bench.http.ClientPeer`.
final class ClientLoop {
  private ClientLoop() {}

  /// Makes requests.
  interface Requests {
    /// As many as it can, each of so many at a time waiting for its response, until a time.
    ///
    /// @param connections how many at a time
    /// @param end when, as of [System#nanoTime()]
    /// @return how many there were
    long make(int connections, long end) throws Exception;
  }

  static void run(Requests requests) throws Exception {
    System.out.println("READY");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      var words = line.split(" ", -1);
      long end = System.nanoTime() + (long) (Double.parseDouble(words[1]) * 1e9);
      System.out.println(requests.make(Integer.parseInt(words[0]), end));
    }
  }

  static void check(int status, int length) throws IOException {
    if (status != 200 || length != Contents.HELLO_BYTES.length) {
      throw new IOException("a response of status " + status + " and " + length + " bytes");
    }
  }
}
