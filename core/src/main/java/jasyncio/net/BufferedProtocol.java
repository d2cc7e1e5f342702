package jasyncio.net;

import java.nio.ByteBuffer;

/// A protocol that says where incoming bytes are put, so that they are not copied once more:
/// [#getBuffer] and [#bufferUpdated] take turns in place of `dataReceived`. If nothing has come
/// after all, or the end, [#bufferUpdated] is left out.
///
/// Write `@Override` over each method, as in [Protocol]. Python: `asyncio.BufferedProtocol`.
public interface BufferedProtocol extends Protocol {

  /// Where the next bytes go: between the position and the limit of the buffer.
  ///
  /// @param sizeHint how much room is suggested, in bytes; -1: as much as you like
  /// @return a buffer with at least one byte of room; a buffer without is an error that ends the
  ///   connection
  ByteBuffer getBuffer(int sizeHint);

  /// Bytes were put into the buffer that [#getBuffer] gave last; its position is behind them.
  ///
  /// @param bytes how many
  void bufferUpdated(int bytes);
}
