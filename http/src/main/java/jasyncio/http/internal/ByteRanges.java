package jasyncio.http.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The header `Range`, RFC 9110, section 14.
public final class ByteRanges {
  private static final int MOST = 16;
  private static final long NONE = -1;
  private static final long WRONG = -2;

  private ByteRanges() {}

  /// A part of a file.
  ///
  /// @param from where it begins
  /// @param length how long it is
  public record Part(long from, long length) {
    /// {@return as `Content-Range` has it}
    ///
    /// @param size how long the whole is
    public String toHeader(long size) {
      return "bytes " + from + "-" + (from + length - 1) + "/" + size;
    }
  }

  /// {@return the parts that are asked for, in that order; none if there are no such, `null` if the
  /// header is to be ignored: it is no such header, or asks for more than the whole}
  ///
  /// @param header the header
  /// @param size how long the whole is
  public static @Nullable List<Part> parse(String header, long size) {
    if (!header.regionMatches(true, 0, "bytes=", 0, 6)) {
      return null;
    }
    var parts = new ArrayList<Part>();
    long total = 0;
    int asked = 0;
    for (var text : header.substring(6).split(",", -1)) {
      var range = text.strip();
      int dash = range.indexOf('-');
      if (range.isEmpty()) {
        continue;
      } else if (dash < 0 || range.length() == 1 || ++asked > MOST) {
        return null;
      }
      long first = number(range.substring(0, dash));
      long last = number(range.substring(dash + 1));
      if (first == WRONG || last == WRONG || (first >= 0 && last >= 0 && last < first)) {
        return null;
      }
      var part = part(first, last, size);
      if (part != null) {
        parts.add(part);
        total += part.length;
      }
    }
    return asked == 0 || (parts.size() > 1 && total > size) ? null : parts;
  }

  private static long number(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return WRONG;
      }
    }
    return text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(text);
  }

  private static @Nullable Part part(long first, long last, long size) {
    if (first == NONE) { // the last so many
      long length = Math.min(last, size);
      return length == 0 ? null : new Part(size - length, length);
    } else if (first >= size) {
      return null;
    }
    long end = last == NONE ? size : Math.min(last, size - 1) + 1;
    return new Part(first, end - first);
  }
}
