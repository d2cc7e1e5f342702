package jasyncio.http.docs;

import static jasyncio.Asyncio.sleep;

import jasyncio.http.Request;
import jasyncio.http.Response;

/// Bodies that come, and are sent, piece by piece.
class Ticks {
  static Response count(Request rq) throws Exception {
    long bytes = 0;
    var body = rq.bodyLimit(1_000_000_000).body(); // a StreamReader
    while (!body.atEof()) {
      bytes += body.read(64 * 1024).length; // no more is taken from the client than is read here
    }
    return Response.text(bytes + " bytes");
  }

  static Response ticks(Request rq) {
    return Response.stream(
            out -> {
              for (int i = 0; !rq.shuttingDown().isSet(); i++) {
                out.write("tick " + i + "\n"); // waits while the client is slow
                sleep(1);
              }
              out.write("goodbye\n");
            })
        .type("text/plain");
  }
}
