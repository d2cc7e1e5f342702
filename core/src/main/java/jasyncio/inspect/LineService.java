package jasyncio.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// Serves a visitor who has come in by a socket: what they ask, a line each, is answered by a line
/// until they leave.
final class LineService {
  private static final int MAX_LINE = 100_000;

  private LineService() {}

  /// Answers until the visitor leaves.
  static void serve(SocketChannel channel) {
    try (channel;
        var conversation = new Conversation()) {
      var in = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), UTF_8));
      var out = Channels.newOutputStream(channel);
      for (String line; (line = readLine(in)) != null; ) {
        out.write((conversation.answer(line) + "\n").getBytes(UTF_8));
        out.flush();
      }
    } catch (IOException | InterruptedException e) {
      return; // the visitor has left
    }
  }

  private static @Nullable String readLine(Reader in) throws IOException {
    var line = new StringBuilder();
    for (int c; (c = in.read()) != '\n'; ) {
      if (c < 0) {
        return null;
      } else if (line.length() == MAX_LINE) {
        throw new IOException("a question of more than " + MAX_LINE + " characters");
      }
      line.append((char) c);
    }
    return line.toString();
  }
}
