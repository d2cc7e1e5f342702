package jasyncio.internal.net;

import jasyncio.internal.loop.CancellableEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The end of a pipe that is read from, whatever it is made of; never blocks. The loop's thread
/// only.
public interface ReadEnd {

  /// Has a callback run, once or more, when there is something to read; `null` for nothing.
  void watch(@Nullable CancellableEntry reader);

  /// Reads what there is.
  ///
  /// @return how many bytes; 0 for nothing yet, -1 for the end
  int read(ByteBuffer target) throws IOException;

  /// Closes it, at once or as soon as that is possible.
  void close() throws IOException;
}
