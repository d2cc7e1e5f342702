package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jasyncio.Asyncio;
import jasyncio.http.OpenFiles.OpenFile;
import jasyncio.http.internal.ByteRanges;
import jasyncio.http.internal.ByteRanges.Part;
import jasyncio.http.internal.ContentTypes;
import jasyncio.http.internal.FolderPage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
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
import java.util.Objects;
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
/// to whom has them. For a folder its `index.html` is sent; folders without one are not listed,
/// unless [#listing(boolean)] says so. Nothing outside of the folder is reached: no path, however
/// encoded, leads out of it, and by default neither does a symbolic link. Files and folders whose
/// names begin with a dot are not there, by default.
///
/// Files are looked for, and short ones read, in one call of another thread, so that a slow disk
/// does not stop the loop. What was sent a moment ago is sent again without that, if it has not
/// changed: see [HttpOptions#fileReuse]. The system itself sends long files, except under TLS and
/// over HTTP/2, where they are read piece by piece.
///
/// Python: `starlette.staticfiles.StaticFiles`, `aiohttp.web.static`.
public final class StaticFiles implements Handler {
  private static final int SHORT = 64 * 1024; // bytes that are read when the file is found, but for
  private static final int SENT = 32 * 1024; // more of them where the system can send them
  private static final int KEPT = 1024 * 1024; // bytes of a file that is worth to be kept open

  /// Whether a path without symbolic links is the only one of a file. Elsewhere names have other
  /// forms, such as short ones, behind which something hidden may be.
  private static final boolean LINKS_SHOW = System.getProperty("os.name").equals("Linux");

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Path root;
  private final @Nullable String index;
  private final @Nullable String cacheControl;
  private final boolean hidden;
  private final boolean links;
  private final boolean precompressed;
  private final boolean listing;

  private StaticFiles(
      Path root,
      @Nullable String index,
      @Nullable String cacheControl,
      boolean hidden,
      boolean links,
      boolean precompressed,
      boolean listing) {
    this.root = root;
    this.index = index;
    this.cacheControl = cacheControl;
    this.hidden = hidden;
    this.links = links;
    this.precompressed = precompressed;
    this.listing = listing;
  }

  // ---- options ----------------------------------------------------------------------------------

  /// {@return a handler that answers with the files of a folder}
  ///
  /// @param root the folder
  /// @throws IllegalArgumentException if it is not there, or no folder
  public static StaticFiles of(Path root) {
    if (!Files.isDirectory(root)) {
      throw new IllegalArgumentException(
          Files.exists(root)
              ? root.toAbsolutePath() + " is no folder; give the one whose files are sent"
              : "there is no folder " + root.toAbsolutePath() + "; make it, or give another one");
    }
    return new StaticFiles(root.toAbsolutePath(), "index.html", null, false, false, false, false);
  }

  /// {@return this handler with another file for folders}
  ///
  /// @param name what is sent for a folder, or `null` for nothing; `index.html` by default
  public StaticFiles index(@Nullable String name) {
    return new StaticFiles(root, name, cacheControl, hidden, links, precompressed, listing);
  }

  /// {@return this handler with another `Cache-Control`}
  ///
  /// @param value such as `no-cache` or `max-age=3600`, or `null` for none, as by default
  public StaticFiles cacheControl(@Nullable String value) {
    return new StaticFiles(root, index, value, hidden, links, precompressed, listing);
  }

  /// {@return this handler with or without names that begin with a dot}
  ///
  /// @param allowed whether they are there; by default they are not
  public StaticFiles hidden(boolean allowed) {
    return new StaticFiles(root, index, cacheControl, allowed, links, precompressed, listing);
  }

  /// {@return this handler with or without what symbolic links outside of the folder lead to}
  ///
  /// @param allowed whether it is there; by default it is not
  public StaticFiles links(boolean allowed) {
    return new StaticFiles(root, index, cacheControl, hidden, allowed, precompressed, listing);
  }

  /// {@return this handler with or without compressed files}
  ///
  /// @param used whether `page.html.br`, or `page.html.gz`, is sent instead of `page.html` to
  ///   clients that can take it; by default it is not
  public StaticFiles precompressed(boolean used) {
    return new StaticFiles(root, index, cacheControl, hidden, links, used, listing);
  }

  /// {@return this handler with or without pages that list folders}
  ///
  /// Such a page is HTML: folders first, then files, each by name, with sizes and times (UTC), in
  /// light or dark as the browser prefers. It has what can be asked for: nothing hidden, and no
  /// links that lead out. Of a folder with more than 10 000 names it shows the first that the file
  /// system gives.
  ///
  /// @param shown whether a folder without an index is listed; by default it is not there
  public StaticFiles listing(boolean shown) {
    return new StaticFiles(root, index, cacheControl, hidden, links, precompressed, shown);
  }

  // ---- requests ---------------------------------------------------------------------------------

  /// Answers with one file, wherever it is: see [Response#file].
  static Response file(Request request, int status, Path file) throws IOException {
    var path = file.toAbsolutePath();
    var key = new OpenFiles.Key(StaticFiles.class, 0, path.toString(), "");
    var kept = kept(request, key);
    if (kept != null) {
      return withStatus(kept, status);
    }
    var response = search(request, status == 200, path, key);
    return response.status() >= 400 ? response.asSubstitute() : withStatus(response, status);
  }

  private static Response withStatus(Response file, int status) {
    return status == 200 ? file : file.status(status);
  }

  /// @param wanted whether the file is what the client asked for
  private static Response search(Request request, boolean wanted, Path path, OpenFiles.Key key)
      throws IOException {
    var name = path.getFileName();
    boolean head = request.method().equals("HEAD");
    boolean asks = wanted && (head || request.method().equals("GET")); // else it answers something
    if (name == null) {
      return HttpProblem.of(404).toResponse();
    }
    var folder = new StaticFiles(path.resolveSibling(""), null, null, true, true, false, false);
    var headers = asks ? request.headers() : Headers.none();
    var search = folder.new Search(request, headers, "/", new String[] {name.toString()}, head);
    var response = find(request, search, key);
    return response.status() == 301 ? HttpProblem.of(404).toResponse() : response; // it is a folder
  }

  /// Answers with a file. Suspends while it is looked for.
  ///
  /// @param request the request; of its path counts what no router has led here by
  /// @return the file, or a part of it, or why it is not sent
  @Override
  public Response handle(Request request) throws IOException {
    var response = answer(request, 0);
    return response.status() >= 400 ? response.asSubstitute() : response;
  }

  /// Answers, without a number of parts of the path.
  Response answer(Request request, int prefix) throws IOException {
    boolean head = request.method().equals("HEAD");
    if (!head && !request.method().equals("GET")) {
      return HttpProblem.of(405, "Files are asked for by GET or HEAD.")
          .header("Allow", "GET, HEAD")
          .toResponse();
    }
    var takes = precompressed ? request.headers().all("Accept-Encoding").toString() : "";
    var key = new OpenFiles.Key(this, prefix, request.unrouted(), takes);
    var kept = kept(request, key);
    if (kept != null) {
      return kept;
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
    var search = new Search(request, request.headers(), request.path(), names, head);
    var response = find(request, search, key);
    if (response.status() != 301) {
      return response;
    }
    int query = request.target().indexOf('?');
    return response.header(
        "Location",
        "./" + raw[raw.length - 1] + "/" + (query < 0 ? "" : request.target().substring(query)));
  }

  /// Whether all of a file is asked for, whatever the client has of it.
  private static boolean isPlain(Request request) {
    if (!request.method().equals("GET")) {
      return false;
    }
    var headers = request.headers();
    for (int i = 0; i < headers.size(); i++) {
      var name = headers.name(i);
      if (name.equalsIgnoreCase("Range") || name.regionMatches(true, 0, "If-", 0, 3)) {
        return false;
      }
    }
    return true;
  }

  /// What answers a request if its file was sent a moment ago.
  private static @Nullable Response kept(Request request, OpenFiles.Key key) {
    var files = isPlain(request) ? request.openFiles() : null;
    if (files == null) {
      return null;
    }
    var file = files.get(key);
    if (file == null) {
      return null;
    }
    request.whenAnswered(_ -> files.release(file));
    return file.response();
  }

  private static Response find(Request request, Search search, OpenFiles.Key key)
      throws IOException {
    var files = isPlain(request) ? request.openFiles() : null;
    double until = files == null ? 0 : files.until();
    try {
      var response = Asyncio.toThread(() -> search.run());
      var file = files == null ? null : search.toKeep(response, files, until);
      if (files == null || file == null) {
        request.whenAnswered(_ -> search.close());
      } else {
        request.whenAnswered(outcome -> files.keep(key, file, outcome.complete()));
      }
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

  /// A file or a folder.
  ///
  /// @param direct whether it is where its name says: no symbolic link below the root leads to it
  private record Found(Path file, FileState state, boolean direct) {}

  /// The search for one file; in another thread, except for closing.
  private final class Search {
    private final Headers headers; // that say what of the file is wanted
    private final String path; // decoded
    private final String[] names;
    private final boolean head;
    private final boolean systemSends; // long files
    private @Nullable Found whole; // file that is sent, and may be sent so to others
    private long age; // of that, when it was looked at, in ms
    private @Nullable FileChannel channel;
    private boolean closed;

    Search(Request request, Headers headers, String path, String[] names, boolean head) {
      this.headers = headers;
      this.path = path;
      this.names = names;
      this.head = head;
      this.systemSends = request.canSendFiles();
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

    /// What was found, if it may be kept. Then it is closed by who keeps it.
    @Nullable OpenFile toKeep(Response response, OpenFiles files, double until) {
      if (whole == null || age <= files.settled) {
        return null;
      }
      var opened = response.bytes() == null ? channel : null;
      return new OpenFile(whole.file, whole.state, opened, response, until);
    }

    private FileChannel open(Found found) throws IOException {
      var opened =
          found.direct // if it has become a link since, it is not there
              ? FileChannel.open(found.file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)
              : FileChannel.open(found.file, StandardOpenOption.READ);
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
      var found = look();
      boolean slash = names[names.length - 1].isEmpty();
      if (found.state.isDirectory()) {
        if (!isInside(found)) {
          return HttpProblem.of(404).toResponse();
        } else if (!slash) {
          return Response.empty(301);
        } else if (listing && (index == null || !Files.exists(found.file.resolve(index)))) {
          return list(found.file);
        } else if (index == null) {
          return HttpProblem.of(404).toResponse();
        }
        found = look(found.file, found.direct && isName(index), index);
      } else if (slash) {
        return HttpProblem.of(404).toResponse();
      }
      if (!found.state.isRegularFile() || !isInside(found)) { // to open a pipe would wait
        return HttpProblem.of(404).toResponse();
      }
      var type = ContentTypes.of(found.file.toString());
      return precompressed ? best(found, type) : send(found, type, null);
    }

    /// What the path leads to.
    private Found look() throws IOException {
      Found found = null;
      for (var name : names) {
        if (!name.isEmpty()) {
          found =
              found == null ? look(root, LINKS_SHOW, name) : look(found.file, found.direct, name);
        }
      }
      return found == null ? new Found(root, FileState.of(root), LINKS_SHOW) : found;
    }

    private static Found look(Path folder, boolean direct, String name) throws IOException {
      var file = folder.resolve(name);
      if (direct) {
        var state = FileState.of(file, LinkOption.NOFOLLOW_LINKS);
        if (!state.isSymbolicLink()) {
          return new Found(file, state, true);
        }
      }
      return new Found(file, FileState.of(file), false);
    }

    private Response list(Path folder) throws IOException {
      var page = new FolderPage(path, names.length > 1);
      try (var files = Files.newDirectoryStream(folder)) {
        for (var file : files) {
          var name = String.valueOf(file.getFileName());
          if (isName(name) && !page.add(name, listed(file))) {
            break;
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
      return Response.html(page.toHtml())
          .header("Cache-Control", "no-cache")
          .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
          .header("X-Content-Type-Options", "nosniff");
    }

    /// What a file in a list is; `null` if it cannot be asked for.
    private @Nullable BasicFileAttributes listed(Path file) {
      try {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return Files.isSymbolicLink(file) && !isInside(file) ? null : attributes;
      } catch (IOException e) {
        return null; // a link to nowhere, or it has gone meanwhile
      }
    }

    private boolean isInside(Found found) throws IOException {
      return found.direct || isInside(found.file);
    }

    /// Whether a file is below the root, and not hidden there, where symbolic links lead.
    private boolean isInside(Path file) throws IOException {
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
    private Response best(Found found, String type) throws IOException {
      var chosen = found;
      String encoding = null;
      boolean varies = false;
      for (var form : new String[] {"br", "gzip"}) {
        var other = compressed(found, form.equals("br") ? ".br" : ".gz");
        if (other != null) {
          varies = true;
          if (encoding == null && accepts(form)) {
            chosen = other;
            encoding = form;
          }
        }
      }
      var response = send(chosen, type, encoding);
      return varies ? response.addHeader("Vary", "Accept-Encoding") : response;
    }

    /// A file that is compressed, if there is one.
    private @Nullable Found compressed(Found found, String ending) throws IOException {
      try {
        var name = found.file.getFileName() + ending;
        var other = look(Objects.requireNonNull(found.file.getParent()), found.direct, name);
        return other.state.isRegularFile() && isInside(other) ? other : null;
      } catch (FileSystemException e) {
        return null;
      }
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

    private Response send(Found found, String type, @Nullable String encoding) throws IOException {
      var modified = found.state.modified().toInstant();
      var tag = found.state.tag();
      int status = checkConditions(tag, modified.truncatedTo(ChronoUnit.SECONDS));
      if (status == 412) {
        return HttpProblem.of(412, "The file is another one now.").toResponse();
      }
      var response = status == 304 ? Response.empty(304) : content(found, type, tag, modified);
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

    private Response content(Found found, String type, String tag, Instant modified)
        throws IOException {
      long size = found.state.size();
      var range = head || !isForThis(tag, modified) ? null : headers.get("Range");
      var parts = range == null ? null : ByteRanges.parse(range, size);
      if (parts == null) {
        var response = one(found, new Part(0, size)).type(type);
        whole = isToKeep(found) ? found : null;
        age = System.currentTimeMillis() - found.state.lastTime();
        return response;
      } else if (parts.isEmpty()) {
        return HttpProblem.of(416, "The file has " + size + " bytes.")
            .header("Content-Range", "bytes */" + size)
            .toResponse();
      } else if (parts.size() == 1) {
        return one(found, parts.getFirst())
            .status(206)
            .type(type)
            .header("Content-Range", parts.getFirst().toHeader(size));
      }
      return several(found, parts, type);
    }

    /// Whether a file may be sent again as long as it looks the same: it is where its name says.
    private static boolean isToKeep(Found found) {
      return found.direct && found.state.canBeCompared() && found.state.size() <= KEPT;
    }

    /// Whether the client's parts belong to the file as it is now.
    private boolean isForThis(String tag, Instant modified) {
      var condition = headers.get("If-Range");
      return condition == null
          || condition.equals(tag)
          || modified.truncatedTo(ChronoUnit.SECONDS).equals(date(condition));
    }

    private Response one(Found found, Part part) throws IOException {
      if (head) {
        return Response.stream(part.length(), _ -> {});
      }
      var opened = open(found);
      if (part.length() <= (systemSends ? SENT : SHORT)) {
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

    private Response several(Found found, List<Part> parts, String type) throws IOException {
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
                .formatted(
                    heads.isEmpty() ? "" : "\r\n",
                    boundary,
                    type,
                    part.toHeader(found.state.size()));
        heads.add(text.getBytes(ISO_8859_1));
        length += heads.getLast().length + part.length();
      }
      var opened = open(found);
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
