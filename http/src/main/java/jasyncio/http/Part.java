package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.files.AsyncFiles;
import jasyncio.http.internal.FormData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// A part of a [Multipart] form: a field, or a file. Read once, before the next part is asked for.
public final class Part {
  private static final int BLOCK = 64 * 1024;
  private static final int MOST = 1024 * 1024;

  private final Multipart form;
  private final Headers headers;
  private final String name;
  private final @Nullable String filename;
  private boolean over;

  private Part(Multipart form, Headers headers, String name, @Nullable String filename) {
    this.form = form;
    this.headers = headers;
    this.name = name;
    this.filename = filename;
  }

  static Part of(Multipart form, Headers headers) {
    var disposition = headers.get("Content-Disposition");
    var name =
        disposition != null && disposition.split(";", 2)[0].strip().equalsIgnoreCase("form-data")
            ? FormData.parameter(disposition, "name")
            : null;
    if (disposition == null || name == null) {
      throw HttpProblem.of(400, "A part of the form has no name.");
    }
    var filename = FormData.parameter(disposition, "filename");
    return new Part(
        form,
        headers,
        FormData.text(name),
        filename == null ? null : FormData.lastName(FormData.text(filename)));
  }

  /// {@return the name of the field}
  public String name() {
    return name;
  }

  /// {@return how the client calls the file, without folders; empty if no file was chosen; `null`
  /// if this is no file} Not to be trusted: files are better saved under names of one's own.
  public @Nullable String filename() {
    return filename;
  }

  /// {@return the headers of the part}
  public Headers headers() {
    return headers;
  }

  /// {@return the type that the client says the content has, or `null` if it says none}
  public @Nullable String contentType() {
    return headers.get("Content-Type");
  }

  /// Reads a piece of the content. Suspends until there is some.
  ///
  /// **Cancellation** loses nothing.
  ///
  /// @return the piece; empty at the end
  /// @throws HttpProblem as [Multipart#next()]
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException if the next part was asked for
  public byte[] read() throws IOException {
    var piece = form.read(this, BLOCK);
    over = piece.length == 0;
    return piece;
  }

  /// Who asks for all of it, once more, would silently get nothing.
  private void checkUnread() {
    if (over) {
      throw new IllegalStateException(
          "the part '" + name + "' has been read already: it comes once; keep what was read");
    }
  }

  /// Reads all of the content, 1 MiB at most. Suspends until it has come.
  ///
  /// @return the content that was not read before
  /// @throws HttpProblem as [Multipart#next()], and 413 if it is longer
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException if all of it was read before, or the next part was asked for
  public byte[] bytes() throws IOException {
    return bytes(MOST);
  }

  /// Reads all of the content. Suspends until it has come.
  ///
  /// @param limit how long it may be, in bytes
  /// @return the content that was not read before
  /// @throws HttpProblem as [Multipart#next()], and 413 if it is longer
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException if all of it was read before, or the next part was asked for
  public byte[] bytes(int limit) throws IOException {
    checkUnread();
    var all = new ByteArrayOutputStream();
    for (var piece = read(); piece.length > 0; piece = read()) {
      if (piece.length > limit - all.size()) {
        throw HttpProblem.of(413, "A field of the form is longer than " + limit + " bytes.");
      }
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }

  /// Reads all of the content, as [#bytes()], as text: in the character set that the part names, or
  /// UTF-8.
  ///
  /// @return the text
  /// @throws HttpProblem as [#bytes()], and 415 if there is no such character set
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException as [#bytes()]
  public String text() throws IOException {
    var type = contentType();
    var charset = type == null ? null : FormData.parameter(type, "charset");
    try {
      return new String(bytes(), charset == null ? UTF_8 : Charset.forName(charset));
    } catch (IllegalArgumentException e) {
      throw HttpProblem.of(415, "The character set of a part is not known; use UTF-8.");
    }
  }

  /// Writes the content to a new file. Suspends until it is there; the loop is not held up.
  ///
  /// A file that is there already is left as it is: no upload writes over another one. Give each a
  /// name of its own, such as a `UUID`, and have the file moved if it is to replace one.
  ///
  /// **Cancellation**, as any error, removes the file.
  ///
  /// @param file where to; it must not be there yet, its folder must
  /// @return how long it is, in bytes
  /// @throws HttpProblem as [Multipart#next()]
  /// @throws java.nio.file.FileAlreadyExistsException if there is such a file
  /// @throws IOException if it cannot be written, or the client has gone
  /// @throws IllegalStateException as [#bytes()]
  public long saveTo(Path file) throws IOException {
    checkUnread();
    Upload.create(file);
    boolean complete = false;
    try {
      long size = 0;
      try (var out = AsyncFiles.open(file, StandardOpenOption.WRITE)) {
        for (var piece = read(); piece.length > 0; piece = read()) {
          out.write(piece);
          size += piece.length;
        }
      }
      complete = true; // with the end of what is still written when it is closed
      return size;
    } finally {
      if (!complete) {
        Upload.delete(file);
      }
    }
  }

  /// Reads all of the content into memory, or, if it is longer, into a temporary file. Suspends
  /// until it has come.
  ///
  /// **Cancellation**, as any error, removes the file.
  ///
  /// @param memory how many bytes are kept in memory
  /// @return the content, to be closed: then the file is removed
  /// @throws HttpProblem as [Multipart#next()]
  /// @throws IOException if it cannot be written, or the client has gone
  /// @throws IllegalArgumentException if the number is negative
  /// @throws IllegalStateException as [#bytes()]
  public Upload spill(int memory) throws IOException {
    if (memory < 0) {
      throw new IllegalArgumentException("0 or more bytes are kept in memory, not " + memory);
    }
    checkUnread();
    return Upload.of(this, memory);
  }

  /// {@return such as `<Part picture, file cat.png>`}
  @Override
  public String toString() {
    return "<Part " + name + (filename == null ? "" : ", file " + filename) + ">";
  }
}
