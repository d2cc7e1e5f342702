package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The headers of forms with files: RFC 7578, and what browsers make of it.
public final class FormData {
  private static final int LONGEST_BOUNDARY = 70;

  private FormData() {}

  /// {@return what divides the parts, or `null` if that is not `multipart/form-data`}
  ///
  /// @param contentType the header of the request
  public static @Nullable String boundary(@Nullable String contentType) {
    if (contentType == null
        || !contentType.split(";", 2)[0].strip().equalsIgnoreCase("multipart/form-data")) {
      return null;
    }
    var boundary = parameter(contentType, "boundary");
    if (boundary == null || boundary.isEmpty() || boundary.length() > LONGEST_BOUNDARY) {
      return null;
    }
    for (int i = 0; i < boundary.length(); i++) {
      char c = boundary.charAt(i);
      boolean plain = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
      if (!plain && "'()+_,-./:=? ".indexOf(c) < 0) {
        return null;
      }
    }
    return boundary.endsWith(" ") ? null : boundary;
  }

  /// {@return the value of a parameter behind a header's first word, or `null`}
  ///
  /// @param header the header, each character a byte
  /// @param name the parameter's name
  public static @Nullable String parameter(String header, String name) {
    int i = header.indexOf(';');
    while (i >= 0 && i < header.length()) {
      int equals = header.indexOf('=', i);
      if (equals < 0) {
        return null;
      }
      var key = header.substring(i + 1, equals).strip().toLowerCase(Locale.ROOT);
      var value = new StringBuilder();
      i = value(header, equals + 1, value);
      if (key.equals(name)) {
        return value.toString();
      }
    }
    return null;
  }

  /// Takes a value, and says where the next parameter begins.
  private static int value(String header, int from, StringBuilder target) {
    int i = from;
    while (i < header.length() && header.charAt(i) == ' ') {
      i++;
    }
    if (i == header.length() || header.charAt(i) != '"') {
      int end = header.indexOf(';', i);
      target.append(header.substring(i, end < 0 ? header.length() : end).strip());
      return end;
    }
    for (i++; i < header.length() && header.charAt(i) != '"'; i++) {
      char c = header.charAt(i);
      // Old browsers send whole paths, whose backslashes escape nothing.
      if (c == '\\' && i + 1 < header.length() && "\"\\".indexOf(header.charAt(i + 1)) >= 0) {
        c = header.charAt(++i);
      }
      target.append(c);
    }
    return header.indexOf(';', i);
  }

  /// {@return a name as its sender meant it: UTF-8, with the escapes of browsers}
  ///
  /// @param sent as it was sent, each character a byte
  public static String text(String sent) {
    return new String(sent.getBytes(ISO_8859_1), UTF_8)
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n");
  }

  /// {@return the last part of what may be a path}
  ///
  /// @param filename as its sender calls it
  public static String lastName(String filename) {
    var last =
        filename.substring(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
    return last.equals(".") || last.equals("..") ? "" : last; // which are folders
  }
}
