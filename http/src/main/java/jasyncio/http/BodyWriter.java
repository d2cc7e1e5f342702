package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Asyncio;
import jasyncio.net.StreamReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Takes the body of a response, from a [StreamingBody]. Small pieces that are written in one turn
/// of the loop are sent together, after that turn at the latest.
public final class BodyWriter {
  private static final int BLOCK = 64 * 1024;
  private static final int FILE_BLOCK = 256 * 1024;

  /// Where the pieces go.
  interface Sink {
    /// Sends a piece, and waits while the client is slow.
    void write(ByteBuffer data) throws IOException;

    /// Sends what is there.
    void flush() throws IOException;

    /// Has the system send a part of a file, if it can do that here.
    default boolean sendFile(FileChannel file, long offset, long count) throws IOException {
      return false;
    }
  }

  private final Sink sink;
  private Headers trailers = Headers.none();

  BodyWriter(Sink sink) {
    this.sink = sink;
  }

  /// Writes bytes. Suspends while the client does not take what was written before.
  /// **Cancellation** ends the waiting; the bytes are written. Over HTTP/2 they are not if those of
  /// another call that was cancelled are still waiting.
  ///
  /// Any number of tasks of its loop may write: each call's bytes stay together.
  ///
  /// @param data the bytes, which may be changed when this returns
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException if the body has ended, as its [StreamingBody] has returned
  public void write(byte[] data) throws IOException {
    write(ByteBuffer.wrap(data));
  }

  /// Writes the bytes between the buffer's position and limit, as [#write(byte[])].
  ///
  /// @param data the bytes; afterwards the position is at the limit
  /// @throws IOException if the client has gone
  public void write(ByteBuffer data) throws IOException {
    sink.write(data);
  }

  /// Writes text as UTF-8, as [#write(byte[])].
  ///
  /// @param text the text
  /// @throws IOException if the client has gone
  public void write(String text) throws IOException {
    write(text.getBytes(UTF_8));
  }

  /// Writes a part of a file: by the system alone where that can be done, else read in another
  /// thread piece by piece. Suspends until it is sent, or handed to the network.
  ///
  /// **Cancellation** ends the writing where it is.
  ///
  /// @param file the file, which stays open; its position may change
  /// @param offset where to begin
  /// @param count how many bytes
  /// @throws IOException if the file cannot be read, or is shorter than that, or the client has
  ///   gone
  public void writeFile(FileChannel file, long offset, long count) throws IOException {
    if (count <= 0) {
      return;
    } else if (sink.sendFile(file, offset, count)) {
      return;
    }
    var buffer = ByteBuffer.allocate((int) Math.min(FILE_BLOCK, count));
    for (long sent = 0; sent < count; ) {
      long from = offset + sent;
      buffer.clear().limit((int) Math.min(buffer.capacity(), count - sent));
      int n = Asyncio.toThread(() -> file.read(buffer, from));
      if (n < 0) {
        throw new EOFException("the file has become shorter while it was sent");
      }
      write(buffer.flip());
      sent += n;
    }
  }

  /// Writes everything that a reader gives, up to its end. Suspends until then; no more is read
  /// than the client takes.
  ///
  /// @param reader where the bytes come from
  /// @throws IOException if the client has gone, or reading fails
  public void writeAll(StreamReader reader) throws IOException {
    var block = reader.read(BLOCK);
    while (block.length > 0) {
      write(block);
      block = reader.read(BLOCK);
    }
  }

  /// Sends what was written at once, and not after this turn of the loop; also the head of the
  /// response, if nothing was written yet. Suspends while the client does not take it.
  ///
  /// @throws IOException if the client has gone
  public void flush() throws IOException {
    sink.flush();
  }

  /// Adds a trailer, which is sent behind the body. Where the response has a known length, or the
  /// client speaks HTTP/1.0, there is no place for trailers, and they are left out.
  ///
  /// @param name its name
  /// @param value its value
  /// @throws IllegalArgumentException as [Headers#of(String...)]
  public void trailer(String name, String value) {
    trailers = trailers.and(name, value);
  }

  /// {@return this writer as a stream, for libraries; its methods suspend}
  public OutputStream asOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        BodyWriter.this.write(new byte[] {(byte) b});
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        BodyWriter.this.write(ByteBuffer.wrap(bytes, offset, length));
      }

      @Override
      public void flush() throws IOException {
        BodyWriter.this.flush();
      }
    };
  }

  Headers trailers() {
    return trailers;
  }
}
