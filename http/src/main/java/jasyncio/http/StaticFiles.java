package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jasyncio.Asyncio;
import jasyncio.http.internal.ByteRanges;
import jasyncio.http.internal.ByteRanges.Part;
import jasyncio.http.internal.ContentTypes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A handler that answers with the files of a folder; immutable.
///
/// ```java fragment
/// router.files("/", Path.of("www"));
/// router.files("/assets", StaticFiles.of(Path.of("build")).cacheControl("max-age=31536000"));
/// ```
///
/// Files are sent as a whole or in parts (`Range`), with `ETag` and `Last-Modified`, and not again
/// to whom has them. For a folder its `index.html` is sent; folders are not listed. Nothing outside
/// of the folder is reached: no path, however encoded, leads out of it, and by default neither does
/// a symbolic link. Files and folders whose names begin with a dot are not there, by default.
///
/// The file system is used in other threads alone; the system itself sends long files, unless under
/// TLS.
///
/// Python: `starlette.staticfiles.StaticFiles`, `aiohttp.web.static`.
public final class StaticFiles implements Handler {
  private static final int SMALL = 16 * 1024; // bytes that are read at once,
  private static final int SMALL_UNDER_TLS = 64 * 1024; // where the system cannot send them
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Path root;
  private final @Nullable String index;
  private final @Nullable String cacheControl;
  private final boolean hidden;
  private final boolean links;
  private final boolean precompressed;

  private StaticFiles(
      Path root,
      @Nullable String index,
      @Nullable String cacheControl,
      boolean hidden,
      boolean links,
      boolean precompressed) {
    this.root = root;
    this.index = index;
    this.cacheControl = cacheControl;
    this.hidden = hidden;
    this.links = links;
    this.precompressed = precompressed;
  }

  // ---- options ----------------------------------------------------------------------------------

  /// {@return a handler that answers with the files of a folder}
  ///
  /// @param root the folder, which need not be there yet
  public static StaticFiles of(Path root) {
    return new StaticFiles(root.toAbsolutePath(), "index.html", null, false, false, false);
  }

  /// {@return this handler with another file for folders}
  ///
  /// @param name what is sent for a folder, or `null` for nothing; `index.html` by default
  public StaticFiles index(@Nullable String name) {
    return new StaticFiles(root, name, cacheControl, hidden, links, precompressed);
  }

  /// {@return this handler with another `Cache-Control`}
  ///
  /// @param value such as `no-cache` or `max-age=3600`, or `null` for none, as by default
  public StaticFiles cacheControl(@Nullable String value) {
    return new StaticFiles(root, index, value, hidden, links, precompressed);
  }

  /// {@return this handler with or without names that begin with a dot}
  ///
  /// @param allowed whether they are there; by default they are not
  public StaticFiles hidden(boolean allowed) {
    return new StaticFiles(root, index, cacheControl, allowed, links, precompressed);
  }

  /// {@return this handler with or without what symbolic links outside of the folder lead to}
  ///
  /// @param allowed whether it is there; by default it is not
  public StaticFiles links(boolean allowed) {
    return new StaticFiles(root, index, cacheControl, hidden, allowed, precompressed);
  }

  /// {@return this handler with or without compressed files}
  ///
  /// @param used whether `page.html.br`, or `page.html.gz`, is sent instead of `page.html` to
  ///   clients that can take it; by default it is not
  public StaticFiles precompressed(boolean used) {
    return new StaticFiles(root, index, cacheControl, hidden, links, used);
  }

  // ---- requests ---------------------------------------------------------------------------------

  /// Answers with a file. Suspends while it is looked for.
  ///
  /// @param request the request; of its path counts what no router has led here by
  /// @return the file, or a part of it, or why it is not sent
  @Override
  public Response handle(Request request) throws IOException {
    return answer(request, 0);
  }

  /// Answers, without a number of parts of the path.
  Response answer(Request request, int prefix) throws IOException {
    boolean head = request.method().equals("HEAD");
    if (!head && !request.method().equals("GET")) {
      return HttpProblem.of(405, "Files are asked for by GET or HEAD.")
          .header("Allow", "GET, HEAD")
          .toResponse();
    }
    var raw = request.unrouted().substring(1).split("/", -1);
    var names = Arrays.copyOfRange(raw, Math.min(prefix, raw.length - 1), raw.length);
    for (int i = 0; i < names.length; i++) {
      names[i] = Request.decode(names[i]);
      boolean last = i == names.length - 1;
      if (!isName(names[i]) && !(last && names[i].isEmpty())) {
        return HttpProblem.of(404).toResponse();
      }
    }
    var search = new Search(request, names, head);
    try {
      var response = Asyncio.toThread(() -> search.run());
      if (response.status() == 301) {
        int query = request.target().indexOf('?');
        return response.header(
            "Location",
            "./"
                + raw[raw.length - 1]
                + "/"
                + (query < 0 ? "" : request.target().substring(query)));
      }
      request.whenAnswered(_ -> search.close());
      return response;
    } catch (Throwable e) {
      search.close();
      throw e;
    }
  }

  /// Whether a part of a path may be the name of a file: of no other place, and not hidden.
  private boolean isName(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && (hidden || !name.startsWith("."))
        && name.chars().allMatch(c -> c >= ' ' && c != '/' && c != '\\' && c != 127);
  }

  /// The search for one file; in another thread, except for closing.
  private final class Search {
    private final Headers headers; // of the request
    private final String[] names;
    private final boolean head;
    private final boolean secure;
    private boolean straight = true; // the way from the root so far
    private @Nullable FileChannel channel;
    private boolean closed;

    Search(Request request, String[] names, boolean head) {
      this.headers = request.headers();
      this.names = names;
      this.head = head;
      this.secure = request.isSecure();
    }

    /// Closes what was opened, also if that is still to come.
    synchronized void close() {
      closed = true;
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException e) {
          // it was read alone
        }
      }
    }

    private FileChannel open(Path file) throws IOException {
      var opened = FileChannel.open(file, StandardOpenOption.READ);
      synchronized (this) {
        channel = opened;
        if (closed) {
          opened.close();
        }
      }
      return opened;
    }

    Response run() throws IOException {
      try {
        return find();
      } catch (FileSystemException | InvalidPathException e) {
        return HttpProblem.of(404).toResponse(); // not there, no folder on the way, not allowed
      }
    }

    private Response find() throws IOException {
      var file = root;
      for (var name : names) {
        file = name.isEmpty() ? file : enter(file, name);
      }
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      boolean slash = names[names.length - 1].isEmpty();
      if (attributes.isDirectory()) {
        if (!isInside(file)) {
          return HttpProblem.of(404).toResponse();
        } else if (!slash) {
          return Response.empty(301);
        } else if (index == null) {
          return HttpProblem.of(404).toResponse();
        }
        file = enter(file, index);
        attributes = Files.readAttributes(file, BasicFileAttributes.class);
      } else if (slash) {
        return HttpProblem.of(404).toResponse();
      }
      if (!attributes.isRegularFile() || !isInside(file)) { // to open a pipe would wait
        return HttpProblem.of(404).toResponse();
      }
      var type = ContentTypes.of(file.toString());
      return precompressed ? best(file, attributes, type) : send(file, attributes, type, null);
    }

    /// A name in a folder. No link on the way, and no name that may be another's short form, or
    /// look like it: then the way from the root is as it is spelled.
    private Path enter(Path folder, String name) throws IOException {
      var file = folder.resolve(name);
      if (straight) {
        var own = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        straight =
            !own.isSymbolicLink()
                && !own.isOther() // as junctions are
                && name.chars().allMatch(c -> c < 127 && c != '~');
      }
      return file;
    }

    /// Whether a file is below the root, and not hidden there, where symbolic links lead.
    private boolean isInside(Path file) throws IOException {
      if (straight) {
        return true; // its names were looked at; to ask the system where it is takes longer
      }
      var real = file.toRealPath();
      var realRoot = root.toRealPath();
      if (!real.startsWith(realRoot)) {
        return links;
      }
      for (var name : realRoot.relativize(real)) {
        if (!hidden && name.toString().startsWith(".")) {
          return false;
        }
      }
      return true;
    }

    /// Sends the shortest form that the client takes.
    private Response best(Path file, BasicFileAttributes attributes, String type)
        throws IOException {
      var chosen = file;
      var chosenAttributes = attributes;
      String encoding = null;
      boolean varies = false;
      for (var form : new String[] {"br", "gzip"}) {
        var other = file.resolveSibling(file.getFileName() + (form.equals("br") ? ".br" : ".gz"));
        if (Files.isRegularFile(other) && isInside(other)) {
          varies = true;
          if (encoding == null && accepts(form)) {
            chosen = other;
            chosenAttributes = Files.readAttributes(other, BasicFileAttributes.class);
            encoding = form;
          }
        }
      }
      var response = send(chosen, chosenAttributes, type, encoding);
      return varies ? response.addHeader("Vary", "Accept-Encoding") : response;
    }

    private boolean accepts(String encoding) {
      for (var header : headers.all("Accept-Encoding")) {
        for (var part : header.split(",", -1)) {
          var words = part.strip().toLowerCase(Locale.ROOT).split("\\s*;\\s*", -1);
          if (words[0].equals(encoding)) {
            return words.length == 1 || !words[1].matches("q=0(\\.0*)?");
          }
        }
      }
      return false;
    }

    private Response send(
        Path file, BasicFileAttributes attributes, String type, @Nullable String encoding)
        throws IOException {
      long size = attributes.size();
      var modified = attributes.lastModifiedTime().toInstant();
      var tag =
          '"' + Long.toHexString(size) + '-' + Long.toHexString(modified.toEpochMilli()) + '"';
      int status = checkConditions(tag, modified.truncatedTo(ChronoUnit.SECONDS));
      if (status == 412) {
        return HttpProblem.of(412, "The file is another one now.").toResponse();
      }
      var response = status == 304 ? Response.empty(304) : content(file, size, type, tag, modified);
      if (response.status() == 416) {
        return response;
      }
      response =
          response
              .header("ETag", tag)
              .header("Last-Modified", DATE.format(modified))
              .header("Accept-Ranges", "bytes");
      if (cacheControl != null) {
        response = response.header("Cache-Control", cacheControl);
      }
      if (encoding != null && status != 304) {
        response = response.header("Content-Encoding", encoding);
      }
      return status == 304 ? response : response.header("X-Content-Type-Options", "nosniff");
    }

    // ---- conditions ---------------------------------------------------------------------------

    /// What RFC 9110, section 13.2.2, says: 200, 304 or 412.
    private int checkConditions(String tag, Instant modified) {
      if (headers.contains("If-Match")) {
        if (!hasTag("If-Match", tag, false)) {
          return 412;
        }
      } else {
        var since = date(headers.get("If-Unmodified-Since"));
        if (since != null && modified.isAfter(since)) {
          return 412;
        }
      }
      if (headers.contains("If-None-Match")) {
        return hasTag("If-None-Match", tag, true) ? 304 : 200;
      }
      var since = date(headers.get("If-Modified-Since"));
      return since != null && !modified.isAfter(since) ? 304 : 200;
    }

    private boolean hasTag(String header, String tag, boolean weak) {
      for (var value : headers.all(header)) {
        for (var each : value.split(",", -1)) {
          var given = each.strip();
          if (given.equals("*")
              || (weak && given.startsWith("W/") ? given.substring(2) : given).equals(tag)) {
            return true;
          }
        }
      }
      return false;
    }

    private static @Nullable Instant date(@Nullable String text) {
      try {
        return text == null ? null : Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
      } catch (DateTimeException e) {
        return null; // as the standard says: it is ignored
      }
    }

    // ---- content ------------------------------------------------------------------------------

    private Response content(Path file, long size, String type, String tag, Instant modified)
        throws IOException {
      var range = head || !isForThis(tag, modified) ? null : headers.get("Range");
      var parts = range == null ? null : ByteRanges.parse(range, size);
      if (parts == null) {
        return one(file, new Part(0, size)).type(type);
      } else if (parts.isEmpty()) {
        return HttpProblem.of(416, "The file has " + size + " bytes.")
            .header("Content-Range", "bytes */" + size)
            .toResponse();
      } else if (parts.size() == 1) {
        return one(file, parts.getFirst())
            .status(206)
            .type(type)
            .header("Content-Range", parts.getFirst().toHeader(size));
      }
      return several(file, parts, size, type);
    }

    /// Whether the client's parts belong to the file as it is now.
    private boolean isForThis(String tag, Instant modified) {
      var condition = headers.get("If-Range");
      return condition == null
          || condition.equals(tag)
          || modified.truncatedTo(ChronoUnit.SECONDS).equals(date(condition));
    }

    private Response one(Path file, Part part) throws IOException {
      if (head) {
        return Response.stream(part.length(), _ -> {});
      }
      var opened = open(file);
      if (part.length() <= (secure ? SMALL_UNDER_TLS : SMALL)) {
        var bytes = ByteBuffer.allocate((int) part.length());
        read(opened, part.from(), bytes);
        close();
        return Response.bytes(bytes.array());
      }
      return Response.stream(
          part.length(), out -> out.writeFile(opened, part.from(), part.length()));
    }

    private static void read(FileChannel file, long from, ByteBuffer target) throws IOException {
      while (target.hasRemaining()) {
        if (file.read(target, from + target.position()) < 0) {
          throw new EOFException("the file has become shorter while it was read");
        }
      }
    }

    private Response several(Path file, List<Part> parts, long size, String type)
        throws IOException {
      var boundary =
          "%016x%016x"
              .formatted(
                  ThreadLocalRandom.current().nextLong(), ThreadLocalRandom.current().nextLong());
      var heads = new ArrayList<byte[]>();
      var end = ("\r\n--" + boundary + "--\r\n").getBytes(ISO_8859_1);
      long length = end.length;
      for (var part : parts) {
        var text =
            "%s--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n"
                .formatted(heads.isEmpty() ? "" : "\r\n", boundary, type, part.toHeader(size));
        heads.add(text.getBytes(ISO_8859_1));
        length += heads.getLast().length + part.length();
      }
      var opened = open(file);
      return Response.stream(
              length,
              out -> {
                for (int i = 0; i < parts.size(); i++) {
                  out.write(heads.get(i));
                  out.writeFile(opened, parts.get(i).from(), parts.get(i).length());
                }
                out.write(end);
              })
          .status(206)
          .type("multipart/byteranges; boundary=" + boundary);
    }
  }

  /// {@return such as `<StaticFiles of /srv/www>`}
  @Override
  public String toString() {
    return "<StaticFiles of " + root + ">";
  }
}
