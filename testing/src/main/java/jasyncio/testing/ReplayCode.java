package jasyncio.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;

/// The choices of a run as a text, `j1:…`: each that is not plain, as how many plain ones are
/// before it and what it is.
final class ReplayCode {
  private static final String VERSION = "j1:";
  private static final int MAX_CHOICES = 1 << 22; // far more than a run has turns for

  private ReplayCode() {}

  static String encode(int[] choices) {
    var bytes = new ByteArrayOutputStream();
    int plain = 0;
    for (int choice : choices) {
      if (choice == 0) {
        plain++;
      } else {
        write(plain, bytes);
        write(choice, bytes);
        plain = 0;
      }
    }
    return VERSION + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
  }

  /// The choices that a text stands for.
  ///
  /// @throws IllegalArgumentException if it is no such text
  static int[] decode(String code) {
    if (!code.startsWith(VERSION)) {
      throw new IllegalArgumentException(
          "'" + code + "' is no run to replay: it must begin with " + VERSION);
    }
    List<Integer> choices = new ArrayList<>();
    try {
      var bytes =
          new ByteArrayInputStream(Base64.getUrlDecoder().decode(code.substring(VERSION.length())));
      while (bytes.available() > 0) {
        int plain = read(bytes);
        if (plain > MAX_CHOICES - choices.size()) {
          throw new IllegalArgumentException("no run has so many choices");
        }
        choices.addAll(Collections.nCopies(plain, 0));
        choices.add(read(bytes));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + code + "' is no run to replay: it is cut off, or was changed", e);
    }
    return choices.stream().mapToInt(i -> i).toArray();
  }

  private static void write(int number, ByteArrayOutputStream bytes) {
    int rest = number;
    for (; rest > 0x7f; rest >>>= 7) {
      bytes.write((rest & 0x7f) | 0x80);
    }
    bytes.write(rest);
  }

  private static int read(ByteArrayInputStream bytes) {
    int number = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      int next = bytes.read();
      if (next < 0) {
        break;
      }
      number |= (next & 0x7f) << shift;
      if (next <= 0x7f) {
        return number;
      }
    }
    throw new IllegalArgumentException("a number is cut off");
  }
}
