package jasyncio.testing.gallery.simulated;

import jasyncio.net.StreamConnection;
import jasyncio.net.Streams;
import jasyncio.sync.Lock;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// One line to ask, one to answer: what most programs here talk.
final class Rpc {
  static final int PORT = 7000;

  private Rpc() {}

  @FunctionalInterface
  interface Handler {
    String answer(String request) throws Exception;
  }

  static void serve(Handler handler) throws IOException {
    Streams.startServer(
            (reader, writer) -> {
              try (writer) {
                for (var line : reader.lines()) {
                  writer.write(handler.answer(line) + "\n");
                  writer.drain();
                }
              } catch (IOException e) {
                // the client has gone
              }
            },
            "0.0.0.0",
            PORT)
        .serveForever();
  }

  /// A host that is asked again and again, one question at a time: the connection is kept, and made
  /// again when it has broken.
  static final class Peer {
    private final String host;
    private final Lock lock = new Lock();
    private @Nullable StreamConnection connection;

    Peer(String host) {
      this.host = host;
    }

    String ask(String request) throws IOException {
      try (var held = lock.acquire()) {
        if (connection == null) {
          connection = Streams.openConnection(host, PORT);
        }
        boolean answered = false;
        try {
          connection.writer().write(request + "\n");
          var answer = answer(host, connection);
          answered = true;
          return answer;
        } finally {
          if (!answered) { // or not in time: whatever comes is no answer to the next question
            connection.close();
            connection = null;
          }
        }
      }
    }
  }

  /// @throws IOException if it cannot be told whether it was done
  static String ask(String host, String request) throws IOException {
    try (var connection = Streams.openConnection(host, PORT)) {
      connection.writer().write(request + "\n");
      return answer(host, connection);
    }
  }

  private static String answer(String host, StreamConnection connection) throws IOException {
    var answer = connection.reader().readLine();
    if (answer == null) {
      throw new EOFException(host + " has hung up");
    }
    return answer;
  }
}
