package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jasyncio.http.internal.FormData;
import jasyncio.net.StreamReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The parts of a form with files, `multipart/form-data`, in the order in which they come; from
/// [Request#multipart()].
///
/// ```java fragment
/// for (var part : rq.bodyLimit(100_000_000).multipart()) {
///   if (part.filename() != null) {
///     part.saveTo(uploads.resolve(newName()));
///   } else {
///     fields.put(part.name(), part.text());
///   }
/// }
/// ```
///
/// A part is read while it comes: going on to the next one drops what was not read of it, and no
/// more is taken from the client than is read. All of it counts for the limit of the body. What is
/// wrong in a form throws an [HttpProblem]: 400 if it is written in a wrong way, 413 if there is
/// too much of it.
public final class Multipart implements Iterable<Part> {
  /* Overview
   * What has come, and was not read, is in `bytes` from `start` to `end`. A delimiter is an end of line, two dashes and the
   * boundary; the first one has its end of line added here. Of what comes, all is content but the last bytes, which may
   * be the beginning of a delimiter.
   */
  private static final int BLOCK = 16 * 1024;
  private static final int MOST_PARTS = 1000;
  private static final int MOST_HEADERS = 8 * 1024; // bytes, of a part

  private final StreamReader reader;
  private final byte[] delimiter;
  private byte[] bytes = new byte[2 * BLOCK];
  private int start;
  private int end;
  private int parts;
  private boolean inPart = true; // also before the first one
  private boolean over;
  private @Nullable Part current;

  Multipart(StreamReader reader, String boundary) {
    this.reader = reader;
    this.delimiter = ("\r\n--" + boundary).getBytes(ISO_8859_1);
    bytes[end++] = '\r';
    bytes[end++] = '\n';
  }

  static String boundaryOf(Request request) {
    var boundary = FormData.boundary(request.header("Content-Type"));
    if (boundary == null) {
      throw HttpProblem.of(
          415, "The body of this request has to be multipart/form-data, with its boundary.");
    }
    return boundary;
  }

  // ---- parts ------------------------------------------------------------------------------------

  /// Goes on to the next part. Suspends until its headers have come.
  ///
  /// @return the part, or `null` if there is none left
  /// @throws HttpProblem 400 if the form is written in a wrong way, 413 if it has more than 1000
  ///   parts, a part has more than 8 KiB of headers, or the body is longer than its limit
  /// @throws IOException if the client has gone
  public @Nullable Part next() throws IOException {
    current = null;
    if (over) {
      return null;
    }
    while (inPart) {
      skip();
    }
    if (isLast()) {
      over = true;
      return null;
    }
    if (++parts > MOST_PARTS) {
      throw HttpProblem.of(413, "The form has more than " + MOST_PARTS + " parts.");
    }
    var headers = headers();
    inPart = true;
    var part = Part.of(this, headers);
    current = part;
    return part;
  }

  /// {@return the parts that are still to come; `hasNext` suspends, and throws as [#next()], an
  /// [UncheckedIOException] if the client has gone}
  @Override
  public Iterator<Part> iterator() {
    return new Iterator<>() {
      private @Nullable Part coming;

      @Override
      public boolean hasNext() {
        if (coming == null) {
          try {
            coming = Multipart.this.next();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
        return coming != null;
      }

      @Override
      public Part next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the form has no more parts");
        }
        var part = Objects.requireNonNull(coming);
        coming = null;
        return part;
      }
    };
  }

  /// What is behind a delimiter: two dashes, or blanks and an end of line.
  private boolean isLast() throws IOException {
    need(2);
    if (bytes[start] == '-' && bytes[start + 1] == '-') {
      start += 2;
      return true;
    }
    while (bytes[start] == ' ' || bytes[start] == '\t') {
      start++;
      need(2);
    }
    if (bytes[start] != '\r' || bytes[start + 1] != '\n') {
      throw wrong("The boundary is followed by something else than a part.");
    }
    start += 2;
    return false;
  }

  private Headers headers() throws IOException {
    var fields = new ArrayList<String>();
    int left = MOST_HEADERS;
    while (true) {
      int length = lineLength(left);
      var line = new String(bytes, start, length, ISO_8859_1);
      start += length + 2;
      left -= length + 2;
      if (line.isEmpty()) {
        break;
      }
      int colon = Math.max(0, line.indexOf(':'));
      fields.add(line.substring(0, colon));
      fields.add(line.substring(colon + 1).strip());
    }
    try {
      return Headers.of(fields.toArray(new String[0]));
    } catch (IllegalArgumentException e) {
      throw wrong("A header of a part is wrong: " + e.getMessage() + ".");
    }
  }

  private int lineLength(int most) throws IOException {
    for (int i = 0; ; i++) {
      if (i > most) {
        throw HttpProblem.of(
            413, "The headers of a part are longer than " + MOST_HEADERS + " bytes.");
      }
      need(i + 2);
      if (bytes[start + i] == '\r' && bytes[start + i + 1] == '\n') {
        return i;
      }
    }
  }

  private static HttpProblem wrong(String why) {
    return HttpProblem.of(400, why);
  }

  // ---- content ----------------------------------------------------------------------------------

  /// The next piece of a part; empty at its end.
  byte[] read(Part part, int most) throws IOException {
    if (part != current) {
      throw new IllegalStateException(
          "the part was left for the next one: read a part before going on");
    }
    int length = inPart ? content() : 0;
    var piece = Arrays.copyOfRange(bytes, start, start + Math.min(length, most));
    start += piece.length;
    return piece;
  }

  private void skip() throws IOException {
    int length = content(); // which moves the start
    start += length;
  }

  /// How much content there is now; nothing at the end of the part, when the delimiter was taken.
  private int content() throws IOException {
    while (true) {
      int at = find();
      if (at > start) {
        return at - start;
      } else if (at == start && end - start >= delimiter.length) {
        start += delimiter.length;
        inPart = false;
        return 0;
      }
      fill();
    }
  }

  /// Where a delimiter begins, or may begin.
  private int find() {
    for (int i = start; i < end; i++) {
      if (bytes[i] == '\r') {
        int n = Math.min(delimiter.length, end - i);
        if (Arrays.equals(bytes, i, i + n, delimiter, 0, n)) {
          return i;
        }
      }
    }
    return end;
  }

  private void need(int n) throws IOException {
    while (end - start < n) {
      fill();
    }
  }

  private void fill() throws IOException {
    if (start > 0) {
      System.arraycopy(bytes, start, bytes, 0, end - start);
      end -= start;
      start = 0;
    }
    if (end + BLOCK > bytes.length) {
      bytes = Arrays.copyOf(bytes, bytes.length + BLOCK);
    }
    var piece = reader.read(BLOCK);
    if (piece.length == 0) {
      throw wrong("The form ends before its last boundary.");
    }
    System.arraycopy(piece, 0, bytes, end, piece.length);
    end += piece.length;
  }

  /// {@return such as `<Multipart, 3 parts so far>`}
  @Override
  public String toString() {
    return "<Multipart, " + parts + " parts so far>";
  }
}
