package jasyncio.testing;

import jasyncio.net.StreamConnection;
import java.util.Objects;

/// Two ends of one connection: what one writes, the other reads.
///
/// In a `try` statement it closes both, without waiting for that.
///
/// @param left one end
/// @param right the other
public record StreamPair(StreamConnection left, StreamConnection right) implements AutoCloseable {

  /// Checks that both are there.
  public StreamPair {
    Objects.requireNonNull(left, "left");
    Objects.requireNonNull(right, "right");
  }

  /// Closes both writers, and with them the connection. Does not suspend.
  @Override
  public void close() {
    try (right) {
      left.close();
    }
  }
}
