package jasyncio.http.docs;

import static jasyncio.Asyncio.sleep;

import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.Router;
import jasyncio.http.ServerSentEvent;
import jasyncio.http.WebSocket;
import jasyncio.http.WebSocketClosedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// A chat with its page, a clock, and pictures.
class Chat {
  private final Set<WebSocket> room = new LinkedHashSet<>();

  Router router(Path www) {
    return new Router()
        .webSocket("/chat", this::talk)
        .sse(
            "/clock",
            (rq, out) -> {
              for (int i = 1; ; i++) {
                out.send(ServerSentEvent.of("tick " + i).id("" + i));
                sleep(1);
              }
            })
        .post("/pictures", rq -> receive(rq, www.resolve("pictures")))
        .files("/", www);
  }

  private void talk(WebSocket ws) {
    room.add(ws);
    try {
      for (var message : ws) { // until the client closes, or the server shuts down
        for (var other : List.copyOf(room)) {
          tell(other, message.text());
        }
      }
    } finally {
      room.remove(ws);
    }
  }

  private static void tell(WebSocket other, String text) {
    try {
      other.send(text); // waits while that one is slow
    } catch (WebSocketClosedException e) {
      // it has just left, which its own handler sees
    }
  }

  private static Response receive(Request rq, Path folder) throws IOException {
    int saved = 0;
    for (var part : rq.bodyLimit(100_000_000).multipart()) {
      if (part.filename() != null) {
        part.saveTo(folder.resolve(UUID.randomUUID() + ".png")); // never under the client's name
        saved++;
      }
    }
    return Response.text(saved + " pictures");
  }
}
