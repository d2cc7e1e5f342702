package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.http.internal.ContentTypes;
import jasyncio.http.internal.Tokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A form with files, as a client sends it (`multipart/form-data`, RFC 7578); immutable: its
/// methods give another one. For [ClientRequest#multipart]; what servers read is [Multipart].
/// Python: `aiohttp.FormData`.
///
/// ```java fragment
/// var form = new MultipartForm().field("title", "Holidays").file("picture", Path.of("sea.jpg"));
/// client.post("https://example.org/pictures").multipart(form).send().requireSuccess();
/// ```
///
/// Files are read while they are sent, never as a whole. If the length of every part is known, the
/// request says how long it is; else it is sent in chunks. A form of fields alone may be sent
/// again, as after a redirection or on a connection that was lost; one with files or streams may
/// not.
public final class MultipartForm {
  private static final SecureRandom RANDOM = new SecureRandom();

  /// What writes a part; `bytes` is it, unless it is written by `stream`.
  private static final class Piece {
    final byte[] head;
    final byte @Nullable [] bytes;
    final @Nullable StreamingBody stream;
    final long length; // without the head; -1: it is not known

    Piece(byte[] head, byte @Nullable [] bytes, @Nullable StreamingBody stream, long length) {
      this.head = head;
      this.bytes = bytes;
      this.stream = stream;
      this.length = length;
    }
  }

  private final String boundary;
  private final List<Piece> pieces;

  /// A form without parts.
  public MultipartForm() {
    this(newBoundary(), List.of());
  }

  private MultipartForm(String boundary, List<Piece> pieces) {
    this.boundary = boundary;
    this.pieces = pieces;
  }

  private static String newBoundary() {
    var random = new byte[16];
    RANDOM.nextBytes(random);
    return "jasyncio" + HexFormat.of().formatHex(random);
  }

  // ---- parts ------------------------------------------------------------------------------------

  /// {@return this form with a field more}
  ///
  /// @param name the field's name
  /// @param value its value, sent as UTF-8
  public MultipartForm field(String name, String value) {
    var bytes = value.getBytes(UTF_8);
    return and(name, null, null, bytes, null, bytes.length);
  }

  /// {@return this form with a file more, under its own name, and with the type that its name's end
  /// stands for} Suspends, in a coroutine, while the file is looked at.
  ///
  /// @param name the field's name
  /// @param file the file, which must not change until it is sent
  /// @throws IOException if it cannot be read, or is none
  public MultipartForm file(String name, Path file) throws IOException {
    var filename = Objects.toString(file.getFileName(), "file");
    return file(name, filename, ContentTypes.of(filename), file);
  }

  /// {@return this form with a file more} Suspends, in a coroutine, while the file is looked at.
  ///
  /// @param name the field's name
  /// @param filename how the server is told that the file is called
  /// @param type its type, such as `image/jpeg`
  /// @param file the file, which must not change until it is sent
  /// @throws IOException if it cannot be read, or is none
  public MultipartForm file(String name, String filename, String type, Path file)
      throws IOException {
    long length = EventLoop.running() == null ? size(file) : Asyncio.toThread(() -> size(file));
    return and(name, filename, type, null, out -> send(file, length, out), length);
  }

  private static long size(Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new IOException("there is no file that can be read at " + file);
    }
    return Files.size(file);
  }

  private static void send(Path file, long length, BodyWriter out) throws IOException {
    var channel = Asyncio.toThread(() -> FileChannel.open(file, StandardOpenOption.READ));
    try (channel) {
      out.writeFile(channel, 0, length);
    }
  }

  /// {@return this form with bytes more, as a file}
  ///
  /// @param name the field's name
  /// @param filename how the server is told that the file is called
  /// @param type its type
  /// @param content the bytes, which must not change any more
  public MultipartForm part(String name, String filename, String type, byte[] content) {
    return and(name, filename, type, content, null, content.length);
  }

  /// {@return this form with a file more that is written piece by piece, such as to see how far it
  /// is} It is written in the task that sends the body, in its turn, and waits while the server is
  /// slow.
  ///
  /// @param name the field's name
  /// @param filename how the server is told that the file is called
  /// @param type its type
  /// @param length how many bytes will be written, or -1 if that is not known
  /// @param content what writes them
  public MultipartForm part(
      String name, String filename, String type, long length, StreamingBody content) {
    if (length < -1) {
      throw new IllegalArgumentException(
          "the length of a part is 0 or more, or -1 if it is not known, and not " + length);
    }
    return and(name, filename, type, null, Objects.requireNonNull(content, "content"), length);
  }

  private MultipartForm and(
      String name,
      @Nullable String filename,
      @Nullable String type,
      byte @Nullable [] bytes,
      @Nullable StreamingBody stream,
      long length) {
    var head = new StringBuilder("--").append(boundary).append("\r\n");
    head.append("Content-Disposition: form-data; name=\"").append(escaped(name)).append('"');
    if (filename != null) {
      head.append("; filename=\"").append(escaped(filename)).append('"');
    }
    if (type != null) {
      Tokens.checkValue("Content-Type", type);
      head.append("\r\nContent-Type: ").append(type);
    }
    var more = new ArrayList<>(pieces);
    more.add(new Piece(head.append("\r\n\r\n").toString().getBytes(UTF_8), bytes, stream, length));
    return new MultipartForm(boundary, List.copyOf(more));
  }

  /// As browsers do it.
  private static String escaped(String name) {
    return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }

  // ---- for requests -----------------------------------------------------------------------------

  String type() {
    return "multipart/form-data; boundary=" + boundary;
  }

  private byte[] end() {
    return ("--" + boundary + "--\r\n").getBytes(UTF_8);
  }

  /// How long it is as a whole; -1: that is not known.
  long length() {
    long length = end().length;
    for (var piece : pieces) {
      if (piece.length < 0) {
        return -1;
      }
      length += piece.head.length + piece.length + 2;
    }
    return length;
  }

  /// All of it, if it is in memory.
  byte @Nullable [] bytes() {
    var all = new ByteArrayOutputStream();
    for (var piece : pieces) {
      if (piece.bytes == null) {
        return null;
      }
      all.writeBytes(piece.head);
      all.writeBytes(piece.bytes);
      all.writeBytes(new byte[] {'\r', '\n'});
    }
    all.writeBytes(end());
    return all.toByteArray();
  }

  void writeTo(BodyWriter out) throws Exception {
    for (var piece : pieces) {
      out.write(piece.head);
      if (piece.bytes != null) {
        out.write(piece.bytes);
      } else {
        Objects.requireNonNull(piece.stream).writeTo(out);
      }
      out.write("\r\n");
    }
    out.write(end());
  }

  /// {@return such as `<MultipartForm of 2 parts>`}
  @Override
  public String toString() {
    return "<MultipartForm of " + pieces.size() + " parts>";
  }
}
