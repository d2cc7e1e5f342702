package jasyncio.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// Of which time a file of Flight Recorder tells, as the heads of its chunks say.
///
/// @param nanos how long its chunks are together; 0 if that cannot be read
/// @param end when the last one ended, in nanoseconds since 1970
record RecordedSpan(long nanos, long end) {
  /* Overview
   * A file is a row of chunks. Each begins with a head: "FLR" and a zero, two numbers of its version with 16 bits each,
   * then numbers of 64 bits: its length in bytes, two places in it, when it began, and how long it lasted.
   */
  private static final int HEAD = 48; // bytes
  private static final int MAGIC = 0x46_4C_52_00;

  static RecordedSpan of(Path file) {
    long nanos = 0;
    long end = 0;
    try (var channel = FileChannel.open(file)) {
      for (long at = 0; ; ) {
        var head = ByteBuffer.allocate(HEAD);
        while (head.hasRemaining() && channel.read(head, at + head.position()) > 0) {}
        if (head.hasRemaining() || head.getInt(0) != MAGIC || head.getLong(8) < HEAD) {
          return new RecordedSpan(nanos, end);
        }
        nanos += Math.max(0, head.getLong(40));
        end = Math.max(end, head.getLong(32) + head.getLong(40));
        at += head.getLong(8);
      }
    } catch (IOException e) {
      return new RecordedSpan(nanos, end);
    }
  }
}
