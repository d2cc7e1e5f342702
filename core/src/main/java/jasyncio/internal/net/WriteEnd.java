package jasyncio.internal.net;

import jasyncio.internal.loop.CancellableEntry;
import java.nio.channels.GatheringByteChannel;
import org.jspecify.annotations.Nullable;

/// The end of a pipe that is written to, whatever it is made of; never blocks. The loop's thread
/// only.
///
/// What it did not take has to be offered again, with nothing before it.
public interface WriteEnd extends GatheringByteChannel {

  /// Has a callback run, once or more, when more can be written; `null` for nothing.
  void watch(@Nullable CancellableEntry writer);
}
