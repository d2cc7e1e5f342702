//JAVA 25+
//DEPS io.github.jasyncio:jasyncio-http:0.1.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// Downloads files side by side, with a bar for each. What broke off goes on where it was: by a
// range,
// if the file is still the same one. Ctrl-C leaves what is there, for the next time.

import static jasyncio.Asyncio.*;

import jasyncio.KeyboardInterrupt;
import jasyncio.files.AsyncFiles;
import jasyncio.http.ClientOptions;
import jasyncio.http.Http;
import jasyncio.http.HttpClient;
import jasyncio.http.HttpOptions;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.Router;
import jasyncio.http.StreamedResponse;
import jasyncio.util.Bounded;
import java.nio.file.StandardOpenOption;

static final String USAGE =
    """
    Usage: Download.java [options] [URL]...

    Downloads files, several at a time. What was interrupted goes on when the same is asked for again.
    Without a URL, serves itself some files from a server that breaks off in the middle.

      --to FOLDER    where to (the current folder)
      --parallel N   how many at a time (4)
      --retries N    further attempts after one that brought nothing (5)
      --help         this text
    """;

static final int PIECE = 256 * 1024;

Path folder = Path.of("");
int parallel = 4;
int retries = 5;
final List<URI> urls = new ArrayList<>();
List<Download> downloads = List.of();

void main(String[] args) throws Exception {
  parse(args);
  try {
    boolean all = run(() -> urls.isEmpty() ? demonstrate() : downloadAll(urls));
    System.exit(all ? 0 : 1);
  } catch (KeyboardInterrupt e) {
    IO.println("interrupted; the same again goes on from here");
    System.exit(130);
  }
}

/// Returns whether all files are there.
boolean downloadAll(List<URI> urls) throws IOException {
  downloads = urls.stream().map(Download::new).toList();
  if (downloads.stream().map(each -> each.file).distinct().count() < downloads.size()) {
    throw new IllegalArgumentException("two of the files have the same name: " + urls);
  }
  AsyncFiles.createDirectories(folder.toAbsolutePath());
  var display = new Display();
  var drawing = createTask(() -> display.keepDrawing());
  var options =
      ClientOptions.defaults().decompression(false); // bytes as they are: ranges count those
  try (var client = new HttpClient(options)) {
    Bounded.map(
        parallel,
        downloads,
        each -> {
          each.run(client);
          return each;
        });
  } finally { // also after Ctrl-C
    drawing.cancel();
    display.draw(true);
  }
  return downloads.stream().allMatch(each -> each.state == State.DONE);
}

// ---- one file -----------------------------------------------------------------------------------

enum State {
  WAITS,
  RUNS,
  DONE,
  FAILED
}

/// An answer that will be the same the next time.
static class Refused extends IOException {
  Refused(String message) {
    super(message);
  }
}

class Download {
  final URI url;
  final Path file;
  final Path part; // what is there of it
  final Path tag; // which version of the file that is of
  State state = State.WAITS;
  String problem = "";
  long have; // bytes
  long all = -1; // or that is not known
  long came; // bytes, by this run of the program
  int interruptions;
  double began;
  double seconds;

  Download(URI url) {
    this.url = url;
    var path = url.getPath();
    var name = path.substring(path.lastIndexOf('/') + 1).replaceAll("^[.]+|[\\\\\\p{Cntrl}]", "_");
    this.file = folder.resolve(name.isEmpty() ? "index.html" : name);
    this.part = file.resolveSibling(file.getFileName() + ".part");
    this.tag = file.resolveSibling(file.getFileName() + ".part.tag");
  }

  /// Tries until the file is there. What an attempt has brought stays, and gives new patience.
  void run(HttpClient client) throws IOException {
    began = getRunningLoop().time();
    state = State.RUNS;
    for (int failures = 0; state == State.RUNS; ) {
      long before = came;
      try {
        if (!AsyncFiles.exists(file)) {
          attempt(client);
          AsyncFiles.move(part, file);
          AsyncFiles.deleteIfExists(tag);
        }
        state = State.DONE;
      } catch (IOException e) {
        problem = String.valueOf(e.getMessage());
        interruptions += came > before ? 1 : 0;
        failures = came > before ? 1 : failures + 1;
        if (e instanceof Refused || failures > retries) {
          state = State.FAILED;
        } else {
          sleep(Math.min(0.1 * (1 << failures), 30));
        }
      }
    }
    seconds = getRunningLoop().time() - began;
  }

  /// Gets what is missing.
  void attempt(HttpClient client) throws IOException {
    var known = AsyncFiles.exists(tag) ? AsyncFiles.readString(tag) : "";
    have = !known.isEmpty() && AsyncFiles.exists(part) ? AsyncFiles.size(part) : 0;
    var request = client.get(url.toString());
    if (have > 0) { // the rest, or all of it if it is another file by now
      request = request.header("Range", "bytes=" + have + "-").header("If-Range", known);
    }
    try (var response = request.open()) {
      if (response.status() == 416
          && ("bytes */" + have).equals(response.header("Content-Range"))) {
        return; // it was all there
      } else if (response.status() == 200) {
        have = 0;
        remember(response.header("ETag"));
      } else if (response.status() != 206 || !continues(response)) {
        var message = "status " + response.status();
        throw response.status() < 500 && response.status() != 429
            ? new Refused(message)
            : new IOException(message);
      }
      all = response.length() < 0 ? -1 : have + response.length();
      save(response);
    }
  }

  boolean continues(StreamedResponse response) {
    var range = response.header("Content-Range");
    return have > 0 && range != null && range.startsWith("bytes " + have + "-");
  }

  /// Only a strong tag says that a file is the same byte by byte.
  void remember(String etag) throws IOException {
    if (etag != null && etag.startsWith("\"")) {
      AsyncFiles.writeString(tag, etag);
    } else {
      AsyncFiles.deleteIfExists(tag);
    }
  }

  void save(StreamedResponse response) throws IOException {
    var options = new StandardOpenOption[] {StandardOpenOption.CREATE, StandardOpenOption.WRITE};
    try (var out = AsyncFiles.open(part, options)) {
      out.truncate(have);
      out.seek(have);
      while (!response.body().atEof()) { // no more is taken from the server than is written
        var piece = response.body().read(PIECE);
        out.write(piece);
        have += piece.length;
        came += piece.length;
      }
    }
  }
}

// ---- what is seen -------------------------------------------------------------------------------

/// On a terminal a bar for each file that is on its way, drawn over and over; elsewhere a line now
/// and then.
class Display {
  final boolean terminal = System.console() != null && System.console().isTerminal();
  final Set<Download> told = new HashSet<>(); // whose end was printed
  int drawn; // lines that will be drawn over

  void keepDrawing() {
    while (true) {
      sleep(terminal ? 0.1 : 1);
      draw(false);
    }
  }

  void draw(boolean last) {
    var text = new StringBuilder(drawn > 0 ? "\033[" + drawn + "A\033[J" : "");
    for (var each : downloads) {
      if ((each.state == State.DONE || each.state == State.FAILED) && told.add(each)) {
        text.append(end(each));
      }
    }
    drawn = 0;
    for (var each : downloads) {
      if (each.state == State.RUNS) {
        text.append(terminal && !last ? bar(each) : progress(each));
        drawn += terminal && !last ? 1 : 0;
      }
    }
    IO.print(text);
    System.out.flush();
  }

  String end(Download each) {
    if (each.state == State.FAILED) {
      return "%s: failed, %s%n".formatted(each.file.getFileName(), each.problem);
    } else if (each.came == 0) {
      return "%s: is there already%n".formatted(each.file.getFileName());
    }
    var went =
        switch (each.interruptions) {
          case 0 -> "";
          case 1 -> ", interrupted once";
          default -> ", interrupted " + each.interruptions + " times";
        };
    return "%s: %s in %.1f s%s%n"
        .formatted(each.file.getFileName(), size(each.have), each.seconds, went);
  }

  String progress(Download each) {
    return "%s: %s of %s%n"
        .formatted(each.file.getFileName(), size(each.have), each.all < 0 ? "?" : size(each.all));
  }

  String bar(Download each) {
    var name = each.file.getFileName().toString();
    double part = each.all <= 0 ? 0 : (double) each.have / each.all;
    int full = (int) (20 * part);
    double seconds = getRunningLoop().time() - each.began;
    return "%-20.20s %s%s %3.0f %% %10s %10s/s%n"
        .formatted(
            name,
            "█".repeat(full),
            "░".repeat(20 - full),
            100 * part,
            size(each.have),
            size(Math.round(each.came / Math.max(seconds, 0.001))));
  }

  String size(long bytes) {
    return bytes < 1 << 20 ? bytes / 1024 + " KiB" : "%.1f MiB".formatted(bytes / 1048576.0);
  }
}

// ---- the demonstration --------------------------------------------------------------------------

/// Downloads four files from a server that fails half-way and comes back.
boolean demonstrate() throws IOException {
  folder = AsyncFiles.createTempDirectory("download");
  var app = new Router().get("/{name}", rq -> part(rq));
  var server = Http.start(app, "127.0.0.1", 0);
  int port = server.port();
  var names = List.of("a.bin", "b.bin", "c.bin", "d.bin");
  try {
    var failing =
        createTask(() -> {
          while (downloads.stream().mapToLong(each -> each.came).sum() < 2 << 20) {
            sleep(0.01);
          }
          server.abort();
          server.waitClosed();
          sleep(0.2);
          return Http.start(app, "127.0.0.1", port, HttpOptions.defaults());
        });
    boolean all =
        downloadAll(
            names.stream()
                .map(name -> URI.create("http://127.0.0.1:" + port + "/" + name))
                .toList());
    await(failing).close();
    for (var name : names) {
      var bytes = AsyncFiles.readBytes(folder.resolve(name));
      IO.println(name + " is " + (Arrays.equals(bytes, content(name)) ? "whole" : "broken"));
    }
    return all;
  } finally {
    for (var path : AsyncFiles.walk(folder).reversed()) {
      AsyncFiles.delete(path);
    }
  }
}

/// What a file has in it: one, two, three or four megabytes.
byte[] content(String name) {
  var bytes = new byte[(name.charAt(0) - 'a' + 1) << 20];
  new Random(name.hashCode()).nextBytes(bytes);
  return bytes;
}

/// A file, or its rest, slowly.
Response part(Request rq) {
  var bytes = content(rq.path("name"));
  var range = rq.header("Range");
  int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
  var response =
      Response.stream(
              bytes.length - from,
              out -> {
                for (int at = from; at < bytes.length; at += 65536) {
                  out.write(Arrays.copyOfRange(bytes, at, Math.min(at + 65536, bytes.length)));
                  sleep(0.01);
                }
              })
          .header("ETag", "\"" + rq.path("name") + "\"");
  return range == null
      ? response
      : response
          .status(206)
          .header(
              "Content-Range", "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
}

// ---- the command line ---------------------------------------------------------------------------

void parse(String[] args) {
  for (int i = 0; i < args.length; i++) {
    var option = args[i];
    try {
      switch (option) {
        case "--help" -> {
          IO.print(USAGE);
          System.exit(0);
        }
        case "--to" -> folder = Path.of(args[++i]);
        case "--parallel" -> parallel = Math.max(Integer.parseUnsignedInt(args[++i]), 1);
        case "--retries" -> retries = Integer.parseUnsignedInt(args[++i]);
        default -> {
          if (option.startsWith("-")) {
            fail("unknown option " + option);
          }
          urls.add(httpAddress(option));
        }
      }
    } catch (IllegalArgumentException e) {
      boolean isOption = option.startsWith("-");
      fail(isOption ? option + " does not take " + args[i] : option + " is no http address");
    } catch (ArrayIndexOutOfBoundsException e) {
      fail(option + " needs a value");
    }
  }
}

void fail(String message) {
  System.err.println("download: " + message + " (see --help)");
  System.exit(2);
}

URI httpAddress(String text) {
  var url = URI.create(text);
  boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
  if (!isHttp || url.getHost() == null) {
    throw new IllegalArgumentException(text);
  }
  return url;
}
