package jasyncio.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Compresses the bodies of responses for clients that ask for it, with gzip: text, JSON and the
/// like, from 1 KiB on, and what is streamed. What a [StreamingBody] writes is then held back until
/// there is a block of it, or [BodyWriter#flush()]; event streams are left as they are. Must be
/// outside of what looks at bodies.
///
/// ```java fragment
/// app.with(Compression.standard());
/// ```
///
/// Do not compress what has both a secret and something that an attacker can choose: the length
/// tells of the secret (BREACH).
public final class Compression implements Middleware {
  private static final int LEAST = 1024; // bytes: less is not worth it
  private static final Compression STANDARD = new Compression();

  private Compression() {}

  /// {@return compression with gzip}
  public static Compression standard() {
    return STANDARD;
  }

  @Override
  public Response handle(Request request, Handler next) throws Exception {
    var response = next.handle(request);
    if (!isWorthIt(response)) {
      return response;
    }
    response = varied(response);
    if (!accepts(request)) {
      return response;
    }
    var bytes = response.bytes();
    var body = response.streamingBody();
    var compressed =
        bytes != null
            ? response.body(gzip(bytes))
            : body != null ? response.body(gzip(body)) : response;
    return withoutDigests(weakened(compressed.header("Content-Encoding", "gzip")));
  }

  private static boolean isWorthIt(Response response) {
    var headers = response.headers();
    return response.status() != 204
        && response.status() != 206
        && response.status() != 304
        && (response.length() < 0 || response.length() >= LEAST)
        && !headers.contains("Content-Encoding")
        && !headers.containsWord("Cache-Control", "no-transform")
        && isText(headers.get("Content-Type"));
  }

  private static boolean isText(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    var type = contentType.toLowerCase(Locale.ROOT);
    int end = type.indexOf(';');
    type = (end < 0 ? type : type.substring(0, end)).strip();
    return (type.startsWith("text/") && !type.equals("text/event-stream"))
        || type.endsWith("+json")
        || type.endsWith("+xml")
        || type.equals("application/json")
        || type.equals("application/javascript")
        || type.equals("application/xml")
        || type.equals("application/wasm");
  }

  /// RFC 9110, section 12.5.3: what is named counts more than `*`.
  private static boolean accepts(Request request) {
    double gzip = -1;
    double any = -1;
    for (var header : request.headers().all("Accept-Encoding")) {
      for (var part : header.split(",", -1)) {
        int end = part.indexOf(';');
        var name = (end < 0 ? part : part.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        double quality = end < 0 ? 1 : quality(part.substring(end + 1));
        if (name.equals("gzip") || name.equals("x-gzip")) {
          gzip = quality;
        } else if (name.equals("*")) {
          any = quality;
        }
      }
    }
    return gzip > 0 || (gzip < 0 && any > 0);
  }

  private static double quality(String parameter) {
    var text = parameter.replace(" ", "");
    try {
      return text.startsWith("q=") ? Double.parseDouble(text.substring(2)) : 1;
    } catch (NumberFormatException e) {
      return 0; // what cannot be read is not asked for
    }
  }

  private static Response varied(Response response) {
    return response.headers().containsWord("Vary", "Accept-Encoding")
        ? response
        : response.addHeader("Vary", "Accept-Encoding");
  }

  /// Compressed it is another representation, of which a strong tag must not say that it is the
  /// same.
  private static Response weakened(Response response) {
    var tag = response.headers().get("ETag");
    return tag == null || tag.startsWith("W/") ? response : response.header("ETag", "W/" + tag);
  }

  /// Digests of what was compressed would not fit what is sent.
  private static Response withoutDigests(Response response) {
    var headers = response.headers();
    for (var name : new String[] {"Content-Digest", "Repr-Digest", "Digest"}) {
      headers = headers.without(name);
    }
    return response.unchecked(headers);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var compressed = new ByteArrayOutputStream(bytes.length / 4 + 64);
    try (var out = new GZIPOutputStream(compressed)) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }

  private static StreamingBody gzip(StreamingBody body) {
    return out -> {
      try (var zipped = new Zipped(out)) {
        var inner = new BodyWriter(zipped);
        body.writeTo(inner);
        zipped.begin();
        inner.trailers().forEach(out::trailer);
      }
    };
  }

  /// Compresses what is written, and begins with that: a body that throws before may be answered by
  /// something else.
  private static final class Zipped implements BodyWriter.Sink, AutoCloseable {
    private final BodyWriter out;
    private @Nullable GZIPOutputStream zip;

    Zipped(BodyWriter out) {
      this.out = out;
    }

    GZIPOutputStream begin() throws IOException {
      if (zip == null) {
        zip = new GZIPOutputStream(new Open(out), 8192, true);
      }
      return zip;
    }

    @Override
    public void write(ByteBuffer data) throws IOException {
      var piece = new byte[data.remaining()];
      data.get(piece);
      begin().write(piece);
    }

    @Override
    public void flush() throws IOException {
      begin().flush(); // all of it, so that events are not held back
    }

    /// Sends what was held back.
    @Override
    public void close() throws IOException {
      if (zip != null) {
        zip.close();
      }
    }
  }

  /// A stream that lets the writer beneath it be.
  private static final class Open extends OutputStream {
    private final BodyWriter out;

    Open(BodyWriter out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(new byte[] {(byte) b});
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }
  }
}
