package jasyncio.testing;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.net.StreamConnection;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamReaderProtocol;
import jasyncio.net.StreamWriter;

/// Connections without a network, for tests of what talks over streams.
///
/// ```java fragment
/// try (var pair = jasyncio.testing.MemoryStreams.pair()) {
///   var client = pair.left();
///   var server = pair.right();
///   client.writer().write("hello\n");
///   IO.println(server.reader().readLine()); // hello
///   server.writer().close();
///   IO.println(client.reader().readLine()); // null
/// }
/// ```
///
/// Both ends are of the loop that runs here, and behave as those of [jasyncio.net.Streams] do: what
/// is written comes in a later turn of the loop; [StreamWriter#drain()] waits while more than the
/// high-water mark is on its way, because the other end does not read; `writeEof` closes one
/// direction; to `close` sends what was written before; `abort` drops it, and then the other end's
/// connection is *reset*, as it is if it writes to an end that was closed. No file descriptor and
/// no thread is involved, so all of it happens in virtual time, and in the same order each time.
///
/// `getExtraInfo` knows addresses of the loopback interface with the ports 1 and 2, for code that
/// logs them. trio: `trio.testing.memory_stream_pair`, `lockstep_stream_pair`.
public final class MemoryStreams {
  private static final int LEFT_PORT = 1;
  private static final int RIGHT_PORT = 2;

  private MemoryStreams() {}

  /// Two connected ends, with buffers as those of a socket: a writer's high-water mark is 64 KiB,
  /// and twice that is read ahead. Does not suspend.
  ///
  /// @return the ends
  /// @throws IllegalStateException if no loop runs here
  public static StreamPair pair() {
    return pair(StreamReader.DEFAULT_LIMIT);
  }

  /// Two connected ends, with buffers of a given size. Does not suspend.
  ///
  /// @param limit how long a line may be, in bytes; half of what is read ahead; and the high-water
  ///   mark of the writers
  /// @return the ends
  /// @throws IllegalArgumentException unless the limit is positive
  /// @throws IllegalStateException if no loop runs here
  public static StreamPair pair(int limit) {
    return connect(limit, limit, false);
  }

  /// Two connected ends without any buffer: what is written is taken by the other end only while a
  /// read waits there, one write at a time; so [StreamWriter#drain()] comes back when all has been
  /// taken. A read gives no more than one write has brought. Does not suspend.
  ///
  /// For tests of who waits for whom: each side goes on only as far as the other one lets it. The
  /// end of the stream, too, is seen by reading.
  ///
  /// @return the ends
  /// @throws IllegalStateException if no loop runs here
  public static StreamPair lockstepPair() {
    return connect(StreamReader.DEFAULT_LIMIT, 0, true);
  }

  private static StreamPair connect(int limit, int highWater, boolean lockstep) {
    var loop = Asyncio.getRunningLoop();
    var left = new End(loop, LEFT_PORT, limit);
    var right = new End(loop, RIGHT_PORT, limit);
    left.transport.connect(right.transport);
    return new StreamPair(left.begin(highWater, lockstep), right.begin(highWater, lockstep));
  }

  /// One end, while it is made.
  private static final class End {
    final MemoryTransport transport;
    private final StreamReader reader;
    private final StreamReaderProtocol protocol;

    End(EventLoop loop, int port, int limit) {
      reader = new StreamReader(limit, loop);
      protocol = new StreamReaderProtocol(reader);
      transport = new MemoryTransport(loop, protocol, port);
    }

    StreamConnection begin(int highWater, boolean lockstep) {
      transport.setWriteBufferLimits(highWater);
      if (lockstep) {
        transport.pauseReading(); // the reader has it go on when a read waits
      }
      protocol.connectionMade(transport);
      return new StreamConnection(reader, new StreamWriter(transport, protocol, reader));
    }
  }
}
