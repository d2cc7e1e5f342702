package jasyncio.net;

import java.util.Objects;

/// Both ends of what this side sees of a connection: what Python returns as a tuple.
///
/// In a `try` statement it closes the writer, without waiting for that:
///
/// ```java fragment
/// try (var connection = Streams.openConnection("127.0.0.1", 8888)) {
///   connection.writer().write("hello\n");
///   IO.println(connection.reader().readLine());
/// }
/// ```
///
/// @param reader what the other side sends
/// @param writer what the other side gets
public record StreamConnection(StreamReader reader, StreamWriter writer) implements AutoCloseable {

  /// Checks that both are there.
  public StreamConnection {
    Objects.requireNonNull(reader, "reader");
    Objects.requireNonNull(writer, "writer");
  }

  /// Closes the writer, and with it the connection. Does not suspend; to wait for the end, call
  /// [StreamWriter#waitClosed()] afterwards.
  @Override
  public void close() {
    writer.close();
  }
}
