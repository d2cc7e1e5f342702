package jasyncio.http.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Takes bodies apart that come as gzip (RFC 1952) or deflate (RFC 1950, and 1951, which some
/// servers mean by that), piece by piece.
///
/// It refuses what grows beyond all measure: after the first MiB, more than 100 bytes out of one.
public final class Decompressor implements AutoCloseable {
  private static final int BLOCK = 32 * 1024;
  private static final long FREE = 1024 * 1024;
  private static final int MOST_RATIO = 100;
  private static final int FLAG_CRC = 2;
  private static final int FLAG_EXTRA = 4;
  private static final int FLAG_NAME = 8;
  private static final int FLAG_COMMENT = 16;
  private static final int TRAILER_LENGTH = 8;
  private static final int MOST_HEADER = 64 * 1024 + 4096;

  private enum State {
    HEADER,
    DATA,
    TRAILER,
    DONE
  }

  private final boolean gzip;
  private @Nullable Inflater inflater;
  private final CRC32 crc = new CRC32();
  private State state = State.HEADER;
  private final byte[] block = new byte[BLOCK];
  private byte[] header = {}; // what has come of it, or of the trailer
  private boolean begun; // a member of gzip is complete
  private long in;
  private long out;
  private final Decompressor next; // what has to be applied to the result; this: nothing

  private Decompressor(boolean gzip, @Nullable Decompressor next) {
    this.gzip = gzip;
    this.next = next == null ? this : next;
  }

  /// What undoes the encodings that a header names.
  ///
  /// @param encodings the values of `Content-Encoding`
  /// @return it, or `null` if there is nothing to undo, or something that is not known
  public static @Nullable Decompressor of(List<String> encodings) {
    var names = new ArrayList<String>();
    for (var value : encodings) {
      for (var name : value.split(",", -1)) {
        var plain = name.strip().toLowerCase(Locale.ROOT);
        if (!plain.isEmpty() && !plain.equals("identity")) {
          names.add(plain);
        }
      }
    }
    if (names.isEmpty() || names.size() > 2) {
      return null;
    }
    Decompressor first = null;
    for (var name : names) { // the last was applied last, and is undone first
      switch (name) {
        case "gzip", "x-gzip" -> first = new Decompressor(true, first);
        case "deflate" -> first = new Decompressor(false, first);
        default -> {
          return null;
        }
      }
    }
    return first;
  }

  /// Takes a piece apart.
  ///
  /// @param data the piece
  /// @return what is in it, perhaps nothing yet
  /// @throws IOException if it is not what it should be, or grows too much
  public byte[] decode(byte[] data) throws IOException {
    return decode(data, in + data.length);
  }

  /// Takes a piece apart.
  ///
  /// @param sent how much was received for it in all, before anything was undone
  private byte[] decode(byte[] data, long sent) throws IOException {
    in += data.length;
    var target = new ByteArrayOutputStream(Math.max(64, 4 * data.length));
    int at = 0;
    while (at < data.length) {
      at =
          switch (state) {
            case HEADER -> header(data, at);
            case DATA -> inflate(data, at, target, sent);
            case TRAILER -> trailer(data, at);
            case DONE ->
                throw new IOException("something comes behind the end of the deflate data");
          };
    }
    var result = target.toByteArray();
    return next == this || result.length == 0 ? result : next.decode(result, sent);
  }

  /// Checks that the end was no surprise.
  ///
  /// @throws IOException if it was
  public void end() throws IOException {
    boolean complete =
        in == 0
            || state == State.DONE
            || (gzip && begun && state == State.HEADER && header.length == 0);
    if (!complete) {
      throw new IOException("the " + (gzip ? "gzip" : "deflate") + " data ends in the middle");
    }
    if (next != this) {
      next.end();
    }
  }

  private int header(byte[] data, int at) throws IOException {
    if (!gzip) {
      // A zlib header is a multiple of 31 that names method 8; the first byte mostly says enough.
      inflater = new Inflater((data[at] & 0x0f) != 8 || (data[at] & 0xff) >> 4 > 7);
      state = State.DATA;
      return at;
    }
    int before = header.length;
    int end = Math.min(data.length, at + Math.max(64, before)); // mostly more than there is of it
    var all = joined(header, data, at, end);
    if ((all.length > 0 && (all[0] & 0xff) != 0x1f)
        || (all.length > 1 && (all[1] & 0xff) != 0x8b)) {
      throw new IOException("it is no gzip data");
    }
    int length = headerLength(all);
    if (length < 0) {
      if (all.length > MOST_HEADER) {
        throw new IOException("the header of the gzip data is too long");
      }
      header = all;
      return end;
    }
    header = new byte[0];
    crc.reset();
    if (inflater == null) {
      inflater = new Inflater(true);
    } else {
      inflater.reset();
    }
    state = State.DATA;
    return at + length - before;
  }

  private static byte[] joined(byte[] first, byte[] data, int at, int end) {
    var all = new byte[first.length + end - at];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(data, at, all, first.length, end - at);
    return all;
  }

  /// How long the header is; -1: it is not complete.
  private static int headerLength(byte[] all) throws IOException {
    if (all.length < 10) {
      return -1;
    }
    if (all[2] != 8) {
      throw new IOException("the gzip data is compressed in an unknown way");
    }
    int flags = all[3];
    int i = 10;
    if ((flags & FLAG_EXTRA) != 0) {
      if (all.length < i + 2) {
        return -1;
      }
      i += 2 + (all[i] & 0xff) + ((all[i + 1] & 0xff) << 8);
    }
    for (int flag = FLAG_NAME; flag <= FLAG_COMMENT; flag *= 2) {
      if ((flags & flag) != 0) {
        while (i < all.length && all[i] != 0) {
          i++;
        }
        i++; // the zero
      }
    }
    if ((flags & FLAG_CRC) != 0) {
      i += 2;
    }
    return i <= all.length ? i : -1;
  }

  private int inflate(byte[] data, int at, ByteArrayOutputStream target, long sent)
      throws IOException {
    var inflating = inflater;
    if (inflating == null) {
      throw new IOException("the decompression was closed");
    }
    inflating.setInput(data, at, data.length - at);
    try {
      while (true) {
        int n = inflating.inflate(block);
        if (gzip) {
          crc.update(block, 0, n);
        }
        target.write(block, 0, n);
        out += n;
        if (out > FREE && out / MOST_RATIO > sent) {
          throw new IOException(
              "it grows to more than " + MOST_RATIO + " times its size when it is decompressed");
        }
        if (inflating.finished()) {
          int left = inflating.getRemaining();
          state = gzip ? State.TRAILER : State.DONE;
          return data.length - left;
        } else if (inflating.needsDictionary()) {
          throw new IOException("the deflate data needs a dictionary");
        } else if (n == 0) {
          return data.length;
        }
      }
    } catch (DataFormatException e) {
      throw new IOException("the compressed data is damaged: " + e.getMessage(), e);
    }
  }

  private int trailer(byte[] data, int at) throws IOException {
    int before = header.length;
    int end = Math.min(data.length, at + TRAILER_LENGTH - before);
    var all = joined(header, data, at, end);
    if (all.length < TRAILER_LENGTH) {
      header = all;
      return end;
    }
    long expected =
        (all[0] & 0xffL) | (all[1] & 0xffL) << 8 | (all[2] & 0xffL) << 16 | (all[3] & 0xffL) << 24;
    if (expected != crc.getValue()) {
      throw new IOException("the checksum of the gzip data is wrong");
    }
    header = new byte[0];
    begun = true;
    state = State.HEADER; // another member may follow
    return end;
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
    if (next != this) {
      next.close();
    }
  }
}
