package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Takes the place of [IO] and of [System#out] in the code of inputs that runs in another program:
/// what they print is kept until the prompt fetches it.
///
/// The program loads a copy of this class: see [AttachedLoop]. When the visitor has left, tasks of
/// theirs that go on print where the program does.
public final class AttachedIo {
  /// What stands for [System#out], and for [System#err].
  public static final PrintStream out = new PrintStream(new Kept(), true, UTF_8);

  private static final int MAX_KEPT = 1 << 20; // bytes
  private static final ByteArrayOutputStream KEPT = new ByteArrayOutputStream();
  private static final Object LOCK = new Object();
  private static long lost; // bytes that there was no room for; under LOCK, as all here
  private static boolean left;

  private AttachedIo() {}

  /// See [IO#print].
  ///
  /// @param value what to print
  public static void print(@Nullable Object value) {
    out.print(value);
    out.flush();
  }

  /// See [IO#println(Object)].
  ///
  /// @param value what to print
  public static void println(@Nullable Object value) {
    out.println(value);
  }

  /// See [IO#println()].
  public static void println() {
    out.println();
  }

  /// See [IO#readln()]. It reads what the program does.
  ///
  /// @return the line
  public static @Nullable String readln() {
    return IO.readln();
  }

  /// See [IO#readln(String)]. It reads what the program does.
  ///
  /// @param prompt what is printed first
  /// @return the line
  public static @Nullable String readln(String prompt) {
    print(prompt);
    return IO.readln();
  }

  /// What was printed since the last time.
  static String take(String nothing) {
    synchronized (LOCK) {
      byte[] all = KEPT.toByteArray();
      int end = wholeCharacters(all);
      KEPT.reset();
      KEPT.write(all, end, all.length - end);
      var text = new String(all, 0, end, UTF_8);
      if (lost > 0) {
        text += "\n[" + lost + " more bytes were printed]\n";
        lost = 0;
      }
      return text;
    }
  }

  /// The length without a character at the end of which not all is there.
  private static int wholeCharacters(byte[] utf8) {
    int start = utf8.length - 1;
    while (start > 0 && (utf8[start] & 0xC0) == 0x80) {
      start--;
    }
    if (start < 0) {
      return 0;
    }
    int first = utf8[start] & 0xFF;
    int length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return start + length > utf8.length ? start : utf8.length;
  }

  /// From now on the program's output is the place.
  static String leave(String nothing) {
    synchronized (LOCK) {
      left = true;
      KEPT.reset();
    }
    return nothing;
  }

  private static final class Kept extends OutputStream {
    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      synchronized (LOCK) {
        if (!left) {
          int room = Math.min(length, lost > 0 ? 0 : MAX_KEPT - KEPT.size());
          KEPT.write(bytes, offset, room);
          lost += length - room;
          return;
        }
      }
      System.out.print(new String(Arrays.copyOfRange(bytes, offset, offset + length), UTF_8));
    }
  }
}
