package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.net.Transports;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Files of a folder.
class StaticFilesTest {
  private static final Instant MODIFIED = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final String DATE = "Fri, 02 Jan 2026 03:04:05 GMT";

  @TempDir Path folder;

  /// How often a file is told to be open that is: on some systems nobody tells.
  private static final int OPEN = Files.isDirectory(Path.of("/proc/self/fd")) ? 1 : 0;

  private final AtomicInteger calls = new AtomicInteger(); // of other threads
  private Path www;
  private Router app;

  private void countCallsOfOtherThreads() {
    getRunningLoop()
        .setDefaultExecutor(
            new ThreadPoolExecutor(4, 4, 0, TimeUnit.SECONDS, new LinkedTransferQueue<>()) {
              @Override
              public void execute(Runnable call) {
                calls.incrementAndGet();
                super.execute(call);
              }
            });
  }

  @BeforeEach
  void makeFiles() throws Exception {
    countCallsOfOtherThreads();
    www = Files.createDirectory(folder.resolve("www"));
    write("ten.txt", "0123456789");
    write("index.html", "<p>home");
    write("sub/index.html", "<p>sub");
    write("sub/a b.css", "a{}");
    write(".secret", "hidden");
    write(".git/config", "hidden");
    write("empty.bin", "");
    Files.createDirectory(www.resolve("bare"));
    Files.writeString(folder.resolve("outside.txt"), "outside");
    app = new Router().files("/", www);
  }

  /// Runs what touches the disk beside the loop, if there is one.
  private static <T> T beside(Callable<T> call) throws Exception {
    return EventLoop.running() == null ? call.call() : toThread(call::call);
  }

  private Path write(String name, String text) throws Exception {
    return write(name, text, MODIFIED);
  }

  private Path write(String name, String text, Instant modified) throws Exception {
    var file = www.resolve(name);
    return beside(() -> {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return Files.setLastModifiedTime(file, FileTime.from(modified));
    });
  }

  private static void link(Path link, Path target) throws Exception {
    beside(() -> Files.createSymbolicLink(link, target));
  }

  private TestResponse get(String target, String... headers) throws Exception {
    return ask("GET", target, headers);
  }

  private TestResponse ask(String method, String target, String... headers) throws Exception {
    var request = app.test().request(method, target);
    for (int i = 0; i < headers.length; i += 2) {
      request = request.header(headers[i], headers[i + 1]);
    }
    return request.send();
  }

  private String tag() throws Exception {
    return String.valueOf(get("/ten.txt").header("ETag"));
  }

  // ---- whole files ------------------------------------------------------------------------------

  @AsyncTest
  void file_isSent_withWhatItIs() throws Exception {
    var response = get("/ten.txt").expect(200);
    assertThat(response.text()).isEqualTo("0123456789");
    assertThat(response.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(response.header("Last-Modified")).isEqualTo(DATE);
    assertThat(response.header("ETag")).matches("\"[0-9a-f-]+\"");
    assertThat(response.header("Accept-Ranges")).isEqualTo("bytes");
    assertThat(response.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(get("/sub/a%20b.css?v=1").text()).isEqualTo("a{}");
    assertThat(get("/empty.bin").expect(200).header("Content-Type"))
        .isEqualTo("application/octet-stream");
  }

  @AsyncTest
  void folder_isItsIndex_andLedToIfTheSlashIsMissing() throws Exception {
    assertThat(get("/").text()).isEqualTo("<p>home");
    assertThat(get("/sub/").text()).isEqualTo("<p>sub");
    assertThat(get("/sub?a=1").expect(301).header("Location")).isEqualTo("./sub/?a=1");
    get("/bare/").expect(404);
    app = new Router().files("/", StaticFiles.of(www).index(null));
    get("/sub/").expect(404);
  }

  @AsyncTest
  void files_canBeBelowAPath_besideOtherRoutes() throws Exception {
    app = new Router().files("/a/b", www).get("/a/b/ten.txt", rq -> Response.text("mine"));
    assertThat(get("/a/b").expect(301).header("Location")).isEqualTo("./b/");
    assertThat(get("/a/b/").text()).isEqualTo("<p>home");
    assertThat(get("/%61/b/empty.bin").expect(200).bytes()).isEmpty();
    assertThat(get("/a/b/ten.txt").text()).isEqualTo("mine");
    get("/ten.txt").expect(404);
    app = new Router().mount("/m", StaticFiles.of(www));
    assertThat(get("/m/ten.txt").text()).isEqualTo("0123456789");
    ask("POST", "/m/ten.txt").expect(405);
  }

  @AsyncTest
  void otherMethods_areAnswered405() throws Exception {
    assertThat(ask("POST", "/ten.txt").expect(405).header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
  }

  @AsyncTest
  void missingFiles_areAnswered404() throws Exception {
    for (var target : List.of("/none", "/ten.txt/", "/ten.txt/x", "/sub//a%20b.css", "//ten.txt")) {
      get(target).expect(404);
    }
  }

  // ---- lists of folders -------------------------------------------------------------------------

  private static List<String> linksOf(TestResponse response) {
    assertThat(response.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
    return Pattern.compile("<a href=\"([^\"]*)\">")
        .matcher(response.text())
        .results()
        .map(link -> link.group(1))
        .toList();
  }

  @AsyncTest
  void folderWithoutIndex_isListed_ifThatIsWanted_foldersFirst() throws Exception {
    app = new Router().files("/", StaticFiles.of(www).listing(true));
    assertThat(get("/").text()).isEqualTo("<p>home");
    assertThat(get("/bare?a=1").expect(301).header("Location")).isEqualTo("./bare/?a=1");
    assertThat(linksOf(get("/bare/").expect(200))).containsExactly("../");
    assertThat(get("/bare/").text()).contains("<h1>/bare/</h1>", "This folder is empty.");
    get("/none/").expect(404);

    write("b.txt", "x".repeat(1536));
    app = new Router().files("/", StaticFiles.of(www).listing(true).index(null));
    var page = get("/").expect(200);
    assertThat(linksOf(page))
        .containsExactly(
            "./bare/", "./sub/", "./b.txt", "./empty.bin", "./index.html", "./ten.txt");
    assertThat(page.text())
        .contains(">1.5 KiB</td><td class=\"number\">2026-01-02 03:04</td>", ">10 B</td>");
    assertThat(page.header("Cache-Control")).isEqualTo("no-cache");
    assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'none'");
    assertThat(ask("HEAD", "/").expect(200).bytes()).isEmpty();
  }

  @AsyncTest
  void names_inAList_areTextAndNothingElse() throws Exception {
    var strange = List.of("<img src=x onerror=alert(1)>", "a:b", "50% \"é\" & '#?'");
    for (var name : strange) {
      write("bare/" + name, name);
    }
    app = new Router().files("/", StaticFiles.of(www).listing(true));
    var page = get("/bare/").expect(200);
    assertThat(page.text())
        .contains("&lt;img src=x onerror=alert(1)&gt;", "50% &quot;é&quot; &amp; &#39;#?&#39;")
        .doesNotContain("<img");
    var links = linksOf(page);
    assertThat(links).hasSize(4).contains("./a%3Ab");
    for (var link : links.subList(1, 4)) {
      assertThat(get("/bare/" + link.substring(2)).expect(200).text()).isIn(strange);
    }
  }

  @AsyncTest
  void list_hasWhatCanBeAskedForAlone() throws Exception {
    write("bare/.hidden", "");
    write("bare/back\\slash", "");
    link(www.resolve("bare/out"), folder.resolve("outside.txt"));
    link(www.resolve("bare/up"), folder);
    link(www.resolve("bare/git"), www.resolve(".git"));
    link(www.resolve("bare/nowhere"), www.resolve("nowhere"));
    link(www.resolve("bare/in"), www.resolve("ten.txt"));
    app = new Router().files("/", StaticFiles.of(www).listing(true));
    assertThat(linksOf(get("/bare/"))).containsExactly("../", "./in");
    app = new Router().files("/", StaticFiles.of(www).listing(true).links(true).hidden(true));
    assertThat(linksOf(get("/bare/")))
        .containsExactly("../", "./git/", "./up/", "./.hidden", "./in", "./out");
  }

  @AsyncTest
  void list_belowAPath_saysWhereItIs() throws Exception {
    app = new Router().files("/assets", StaticFiles.of(folder).listing(true));
    assertThat(get("/assets/").text()).contains("<title>/assets/</title>");
    assertThat(linksOf(get("/assets/"))).containsExactly("./www/", "./outside.txt");
  }

  // ---- safety -----------------------------------------------------------------------------------

  @AsyncTest
  void pathsThatLeadOut_areAnswered404() throws Exception {
    for (var target :
        List.of(
            "/../outside.txt",
            "/%2e%2e/outside.txt",
            "/sub/../../outside.txt",
            "/sub/%2e%2e/%2E%2E/outside.txt",
            "/..%2foutside.txt",
            "/..%5coutside.txt",
            "/sub/..",
            "/.",
            "/%2fetc%2fpasswd",
            "/" + folder.resolve("outside.txt"))) {
      get(target).expect(404);
    }
    get("/ten.txt%00.png").expect(400);
    get("/%ff").expect(400);
    get("/%0a").expect(404);
    get("/" + "x".repeat(5000)).expect(404);
  }

  @AsyncTest
  void hiddenFiles_areNotThere_unlessAllowed() throws Exception {
    get("/.secret").expect(404);
    get("/.git/config").expect(404);
    get("/%2egit/config").expect(404);
    app = new Router().files("/", StaticFiles.of(www).hidden(true));
    assertThat(get("/.git/config").text()).isEqualTo("hidden");
    get("/../outside.txt").expect(404);
  }

  @AsyncTest
  void symbolicLinks_leadNowhereOutside_unlessAllowed() throws Exception {
    link(www.resolve("out.txt"), folder.resolve("outside.txt"));
    link(www.resolve("up"), folder);
    link(www.resolve("in.txt"), www.resolve("ten.txt"));
    link(www.resolve("git"), www.resolve(".git"));
    link(www.resolve("loop"), www.resolve("loop"));
    get("/out.txt").expect(404);
    get("/up/outside.txt").expect(404);
    get("/up").expect(404);
    get("/up/").expect(404);
    get("/loop").expect(404);
    get("/git/config").expect(404);
    assertThat(get("/in.txt").text()).isEqualTo("0123456789");
    app = new Router().files("/", StaticFiles.of(www).links(true));
    assertThat(get("/out.txt").text()).isEqualTo("outside");
    get("/git/config").expect(404);
    link(folder.resolve("current"), www);
    app = new Router().files("/", folder.resolve("current"));
    assertThat(get("/ten.txt").text()).isEqualTo("0123456789");
  }

  @AsyncTest
  void folderThatIsALink_isFollowed_inside() throws Exception {
    link(www.resolve("alias"), www.resolve("sub"));
    link(www.resolve("bare/index.html"), www.resolve("ten.txt"));
    link(www.resolve("sub/config"), www.resolve(".git/config"));
    assertThat(get("/alias/").text()).isEqualTo("<p>sub");
    assertThat(get("/alias/a%20b.css").text()).isEqualTo("a{}");
    assertThat(get("/bare/").text()).isEqualTo("0123456789");
    get("/alias/config").expect(404);
    get("/ten.txt/").expect(404);
    get("/ten.txt/x").expect(404);
    app = new Router().files("/", StaticFiles.of(www).index(".secret"));
    get("/").expect(404);
    app = new Router().files("/", StaticFiles.of(www).index("alias/config"));
    get("/").expect(404);
  }

  @AsyncTest
  void pipes_areNotOpened() throws Exception {
    int made =
        toThread(
            () -> new ProcessBuilder("mkfifo", www.resolve("pipe").toString()).start().waitFor());
    assertThat(made).isZero();
    get("/pipe").expect(404);
  }

  // ---- conditions -------------------------------------------------------------------------------

  @AsyncTest
  void fileThatTheClientHas_isNotSentAgain() throws Exception {
    var tag = tag();
    for (var value : List.of(tag, "W/" + tag, "\"x\", " + tag, "*")) {
      var response = get("/ten.txt", "If-None-Match", value).expect(304);
      assertThat(response.header("ETag")).isEqualTo(tag);
    }
    get("/ten.txt", "If-None-Match", "\"x\"").expect(200);
    get("/ten.txt", "If-Modified-Since", DATE).expect(304);
    get("/ten.txt", "If-Modified-Since", "Fri, 02 Jan 2026 03:04:04 GMT").expect(200);
    get("/ten.txt", "If-Modified-Since", "yesterday").expect(200);
    get("/ten.txt", "If-None-Match", "\"x\"", "If-Modified-Since", DATE).expect(200);
    ask("HEAD", "/ten.txt", "If-None-Match", tag).expect(304);
  }

  @AsyncTest
  void fileThatIsAnotherOne_isAnswered412() throws Exception {
    get("/ten.txt", "If-Match", "\"x\"").expect(412);
    get("/ten.txt", "If-Match", "W/" + tag()).expect(412);
    get("/ten.txt", "If-Match", "\"x\", " + tag()).expect(200);
    get("/ten.txt", "If-Unmodified-Since", "Fri, 02 Jan 2026 03:04:04 GMT").expect(412);
    get("/ten.txt", "If-Unmodified-Since", DATE).expect(200);
  }

  @AsyncTest
  void changedFile_hasAnotherTag() throws Exception {
    var tag = tag();
    write("ten.txt", "01234567890");
    assertThat(tag()).isNotEqualTo(tag);
  }

  @AsyncTest
  void changedFile_hasAnotherTag_alsoIfItIsANanosecondYounger() throws Exception {
    var tag = tag();
    write("ten.txt", "nanosecond", MODIFIED.plusNanos(1));
    assertThat(tag()).isNotEqualTo(tag);
  }

  /// Several machines behind one name have the same files, and are to have the same tags.
  @AsyncTest
  void copyOfAFile_hasItsTag() throws Exception {
    var tag = tag();
    var copy = write("copy.txt", "0123456789");
    beside(() -> Files.move(copy, www.resolve("ten.txt"), REPLACE_EXISTING));
    assertThat(tag()).isEqualTo(tag);
  }

  // ---- ranges -----------------------------------------------------------------------------------

  private void part(String range, String expected, String contentRange) throws Exception {
    var response = get("/ten.txt", "Range", range).expect(206);
    assertThat(response.text()).as(range).isEqualTo(expected);
    assertThat(response.header("Content-Range")).isEqualTo("bytes " + contentRange + "/10");
    assertThat(response.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
  }

  @AsyncTest
  void oneRange_isSent() throws Exception {
    part("bytes=0-0", "0", "0-0");
    part("bytes=2-4", "234", "2-4");
    part("bytes=7-", "789", "7-9");
    part("bytes=-3", "789", "7-9");
    part("bytes=-99", "0123456789", "0-9");
    part("bytes=8-99999999999999999999999", "89", "8-9");
    part("BYTES= 1-1 ", "1", "1-1");
  }

  @AsyncTest
  void wrongRanges_areIgnored() throws Exception {
    for (var range :
        List.of(
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=4-2",
            "lines=1-2",
            "bytes=1",
            "1-2",
            "bytes=0-9,0-9",
            "bytes=" + "0-0,".repeat(17))) {
      assertThat(get("/ten.txt", "Range", range).expect(200).text()).isEqualTo("0123456789");
    }
  }

  @AsyncTest
  void rangesBehindTheEnd_areAnswered416() throws Exception {
    for (var range : List.of("bytes=10-", "bytes=99-100", "bytes=-0", "bytes=20-30,40-")) {
      assertThat(get("/ten.txt", "Range", range).expect(416).header("Content-Range"))
          .isEqualTo("bytes */10");
    }
    assertThat(get("/empty.bin", "Range", "bytes=0-").expect(416).header("Content-Range"))
        .isEqualTo("bytes */0");
  }

  @AsyncTest
  void severalRanges_areSent_inOneBody() throws Exception {
    var response = get("/ten.txt", "Range", "bytes=1-2, -1,50-60").expect(206);
    var type = String.valueOf(response.header("Content-Type"));
    assertThat(type).startsWith("multipart/byteranges; boundary=");
    assertThat(response.text().replace(type.substring(31), "B").replace("\r\n", "\n"))
        .isEqualTo(
            """
            --B
            Content-Type: text/plain; charset=utf-8
            Content-Range: bytes 1-2/10

            12
            --B
            Content-Type: text/plain; charset=utf-8
            Content-Range: bytes 9-9/10

            9
            --B--
            """);
  }

  @AsyncTest
  void rangeOfAnotherFile_isTheWhole() throws Exception {
    for (var same : List.of(tag(), DATE)) {
      get("/ten.txt", "Range", "bytes=1-2", "If-Range", same).expect(206);
    }
    for (var other : List.of("\"x\"", "W/" + tag(), "Fri, 02 Jan 2026 03:04:06 GMT", "soon")) {
      get("/ten.txt", "Range", "bytes=1-2", "If-Range", other).expect(200);
    }
    ask("HEAD", "/ten.txt", "Range", "bytes=1-2").expect(200);
  }

  // ---- forms of a file --------------------------------------------------------------------------

  @AsyncTest
  void compressedFile_isSent_toWhoeverCanTakeIt() throws Exception {
    write("a.js", "plain");
    write("a.js.gz", "gzip");
    write("a.js.br", "br");
    get("/a.js", "Accept-Encoding", "gzip, br").expect(200);
    assertThat(get("/a.js", "Accept-Encoding", "gzip, br").text()).isEqualTo("plain");
    app = new Router().files("/", StaticFiles.of(www).precompressed(true));
    for (var pair :
        List.of(
            List.of("gzip, br", "br"),
            List.of("gzip;q=1, br;q=0", "gzip"),
            List.of("GZIP", "gzip"),
            List.of("zstd", "plain"),
            List.of("br; q=0.000, gzip;q=0", "plain"))) {
      var response = get("/a.js", "Accept-Encoding", pair.getFirst()).expect(200);
      assertThat(response.text()).as(pair.getFirst()).isEqualTo(pair.getLast());
      assertThat(response.header("Vary")).isEqualTo("Accept-Encoding");
      assertThat(response.header("Content-Type")).isEqualTo("text/javascript; charset=utf-8");
      assertThat(response.header("Content-Encoding"))
          .isEqualTo(pair.getLast().equals("plain") ? null : pair.getLast());
    }
    assertThat(get("/ten.txt").header("Vary")).isNull();
  }

  @AsyncTest
  void cacheControl_isSent() throws Exception {
    app = new Router().files("/", StaticFiles.of(www).cacheControl("max-age=60"));
    assertThat(get("/ten.txt").header("Cache-Control")).isEqualTo("max-age=60");
    assertThat(get("/ten.txt", "If-None-Match", "*").expect(304).header("Cache-Control"))
        .isEqualTo("max-age=60");
    assertThat(get("/none").header("Cache-Control")).isNull();
  }

  // ---- what it takes ----------------------------------------------------------------------------

  /// Counts what other threads are asked for from now on.
  private AtomicInteger countCalls() {
    calls.set(0);
    return calls;
  }

  /// How often other threads are asked for something while a file is sent.
  private int callsFor(int length) throws Exception {
    write("file.txt", "x".repeat(length));
    countCalls();
    try (var server = Http.start(app, "127.0.0.1", 0);
        var client = new RawClient(server)) {
      client.send("GET /file.txt HTTP/1.1\r\nHost: x\r\n\r\n");
      client.readHead();
      client.read(length);
    }
    return calls.get();
  }

  @AsyncTest
  void shortFile_isFoundAndRead_inOneCallOfAnotherThread() throws Exception {
    assertThat(callsFor(32 * 1024)).isEqualTo(1);
  }

  @AsyncTest
  void longFile_isFound_inOneCallOfAnotherThread() throws Exception {
    assertThat(callsFor(1_000_000)).isEqualTo(1);
  }

  // ---- files that were sent a moment ago --------------------------------------------------------

  private static final String REQUEST = "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n";

  private static String ask(RawClient client, String path, String... headers) throws IOException {
    return client.send(REQUEST.formatted(path, String.join("", headers))).readResponse();
  }

  private HttpServer inMemory() {
    return keeping(RawClient.server(app, HttpOptions.defaults()));
  }

  /// A server that also keeps files that were made just now, as those of a test are.
  private static HttpServer keeping(HttpServer server) {
    server.files.settled = -1;
    return server;
  }

  @AsyncTest
  void fileThatWasSent_isSentAgainWithoutAnotherThread_forASecond() throws Exception {
    var calls = countCalls();
    try (var server = inMemory();
        var client = RawClient.inMemory(server)) {
      var first = ask(client, "/ten.txt");
      assertThat(first).startsWith("HTTP/1.1 200 OK\n").endsWith("\n\n0123456789");
      for (int i = 1; i < 10; i++) {
        sleep(0.1);
        assertThat(ask(client, "/ten.txt?v=" + i)).isEqualTo(first);
      }
      assertThat(calls).hasValue(1);
      sleep(0.2);
      assertThat(ask(client, "/ten.txt")).isEqualTo(first);
      assertThat(calls).hasValue(2);
      assertThat(ask(client, "/")).endsWith("<p>home");
      assertThat(ask(client, "/")).endsWith("<p>home");
      assertThat(calls).hasValue(3);
    }
  }

  @AsyncTest
  void longFileThatWasSent_isSentAgain_byTheSystem_andClosedAtTheEnd() throws Exception {
    var text = "0123456789".repeat(10_000);
    write("long.txt", text);
    var calls = countCalls();
    var options = HttpOptions.defaults().fileReuse(Duration.ofHours(1));
    try (var server = keeping(Http.start(app, "127.0.0.1", 0, options));
        var client = new RawClient(server);
        var other = new RawClient(server)) {
      for (int i = 0; i < 3; i++) {
        assertThat(ask(client, "/long.txt")).endsWith(text);
        assertThat(ask(other, "/long.txt")).endsWith(text);
      }
      assertThat(calls).hasValue(1);
      assertThat(openFiles()).filteredOn(name -> name.endsWith("long.txt")).hasSize(OPEN);
    }
    assertThat(openFiles()).noneMatch(name -> name.endsWith("long.txt"));
  }

  @AsyncTest
  void fileThatWasSent_isClosed_whenItsTimeIsOver() throws Exception {
    write("long.txt", "x".repeat(100_000));
    try (var server = inMemory();
        var client = RawClient.inMemory(server)) {
      ask(client, "/long.txt");
      ask(client, "/ten.txt");
      assertThat(server.files.size()).isEqualTo(2);
      sleep(1);
      assertThat(server.files.size()).isZero();
      assertThat(openFiles()).noneMatch(name -> name.endsWith("long.txt"));
    }
  }

  @AsyncTest
  void fileThatIsBeingSent_isNotClosedMeanwhile_butThen() throws Exception {
    var text = "0123456789".repeat(80_000);
    write("long.txt", text);
    try (var server = inMemory();
        var client = RawClient.inMemory(server, 1000);
        var other = RawClient.inMemory(server, 1000)) {
      assertThat(ask(client, "/long.txt")).endsWith(text);
      client.send(REQUEST.formatted("/long.txt", ""));
      client.readHead();
      other.send(REQUEST.formatted("/long.txt", ""));
      other.readHead();
      sleep(2);
      assertThat(server.files.size()).isZero();
      assertThat(openFiles()).filteredOn(name -> name.endsWith("long.txt")).hasSize(OPEN);
      assertThat(client.read(text.length())).isEqualTo(text);
      other.abort();
      sleep(0.1);
      assertThat(openFiles()).noneMatch(name -> name.endsWith("long.txt"));
    }
  }

  @AsyncTest
  void fileThatWasNotSentToItsEnd_isNotKept() throws Exception {
    write("long.txt", "0123456789".repeat(80_000));
    try (var server = inMemory();
        var client = RawClient.inMemory(server, 1000)) {
      client.send(REQUEST.formatted("/long.txt", ""));
      client.readHead();
      client.abort();
      sleep(0.1);
      assertThat(server.files.size()).isZero();
      assertThat(openFiles()).noneMatch(name -> name.endsWith("long.txt"));
    }
  }

  /// What is done to the file while it is kept.
  private void checkChange(String path, Callable<?> change, String expected) throws Exception {
    app = new Router().files("/", www);
    try (var server = inMemory();
        var client = RawClient.inMemory(server)) {
      assertThat(ask(client, path)).startsWith("HTTP/1.1 200 ");
      assertThat(server.files.size()).isEqualTo(1);
      beside(change);
      assertThat(ask(client, path)).contains(expected);
    }
  }

  @AsyncTest
  void fileThatHasChanged_isNotSentAsItWas() throws Exception {
    var file = www.resolve("ten.txt");
    checkChange("/ten.txt", () -> Files.writeString(file, "others"), "\n\nothers");
    write("ten.txt", "0123456789");
    checkChange("/ten.txt", () -> write("ten.txt", "x", MODIFIED.plusMillis(1)), "\n\nx");
    write("ten.txt", "0123456789");
    checkChange(
        "/ten.txt", () -> write("ten.txt", "abcdefghij", MODIFIED.plusMillis(1)), "\n\nabcdefghij");
    write("ten.txt", "0123456789");
    var other = write("other.txt", "9876543210"); // the same size and time
    checkChange("/ten.txt", () -> Files.move(other, file, REPLACE_EXISTING), "\n\n9876543210");
    write("ten.txt", "0123456789");
    checkChange("/ten.txt", () -> rewriteUnseen(file, "in place.."), "\n\nin place..");
    checkChange(
        "/ten.txt",
        () -> {
          Files.delete(file);
          return file;
        },
        "HTTP/1.1 404 ");
  }

  /// Writes other content of the same length into a file, which then says that it is as old as
  /// before.
  private static Path rewriteUnseen(Path file, String text) throws IOException {
    var before = Files.getAttribute(file, "unix:ctime");
    do {
      Files.writeString(file, text);
      Files.setLastModifiedTime(file, FileTime.from(MODIFIED));
    } while (Files.getAttribute(file, "unix:ctime").equals(before)); // its clock may be coarse
    return file;
  }

  @AsyncTest
  void fileThatWasJustChanged_isNotKept_whateverItSays() throws Exception {
    try (var server = RawClient.server(app, HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      assertThat(ask(client, "/ten.txt")).startsWith("HTTP/1.1 200 ");
      assertThat(server.files.size()).isZero();
    }
  }

  @AsyncTest
  void fileThatHasBecomeALink_isNotFollowed() throws Exception {
    write("../outside.txt", "outside");
    write("in.txt", "outside");
    checkChange(
        "/in.txt",
        () -> {
          Files.delete(www.resolve("in.txt"));
          return Files.createSymbolicLink(www.resolve("in.txt"), folder.resolve("outside.txt"));
        },
        "HTTP/1.1 404 ");
    write("dir/file.txt", "inside");
    write("../dir/file.txt", "outsid");
    checkChange(
        "/dir/file.txt",
        () -> {
          Files.move(www.resolve("dir"), www.resolve("away"));
          return Files.createSymbolicLink(www.resolve("dir"), folder.resolve("dir"));
        },
        "HTTP/1.1 404 ");
  }

  @AsyncTest
  void fileBehindALink_orThatHasJustChanged_orIsLarge_isLookedForEachTime() throws Exception {
    link(www.resolve("link.txt"), www.resolve("ten.txt"));
    link(www.resolve("alias"), www.resolve("sub"));
    write("new.txt", "x", Instant.now().plusSeconds(3600));
    write("large.txt", "x".repeat(1024 * 1024 + 1));
    try (var server = inMemory();
        var client = RawClient.inMemory(server)) {
      for (var path : List.of("/link.txt", "/alias/", "/new.txt", "/large.txt")) {
        assertThat(ask(client, path)).startsWith("HTTP/1.1 200 ");
        assertThat(server.files.size()).as(path).isZero();
      }
      assertThat(ask(client, "/none")).startsWith("HTTP/1.1 404 ");
      assertThat(ask(client, "/sub")).startsWith("HTTP/1.1 301 ");
      assertThat(ask(client, "/ten.txt", "Range: bytes=1-2\r\n")).startsWith("HTTP/1.1 206 ");
      assertThat(server.files.size()).isZero();
    }
  }

  @AsyncTest
  void fileThatIsKept_isSentInPart_orNotAtAll_toWhoAsksSo() throws Exception {
    try (var server = inMemory();
        var client = RawClient.inMemory(server)) {
      var all = ask(client, "/ten.txt");
      var tag = all.lines().filter(line -> line.startsWith("ETag: ")).findFirst().orElseThrow();
      assertThat(server.files.size()).isEqualTo(1);
      assertThat(ask(client, "/ten.txt", "If-None-Match: " + tag.substring(6) + "\r\n"))
          .startsWith("HTTP/1.1 304 ");
      assertThat(ask(client, "/ten.txt", "range: bytes=2-3\r\n")).endsWith("\n\n23");
      assertThat(ask(client, "/ten.txt", "If-Match: \"x\"\r\n")).startsWith("HTTP/1.1 412 ");
      client.send("HEAD /ten.txt HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      assertThat(ask(client, "/ten.txt")).isEqualTo(all);
    }
  }

  @AsyncTest
  void filesThatAreKept_areNotWithoutNumber() throws Exception {
    int more = OpenFiles.MOST + 2;
    for (int i = 0; i < more; i++) {
      write("many/" + i, "" + i);
    }
    var calls = countCalls();
    try (var server = inMemory();
        var client = RawClient.inMemory(server)) {
      for (int i = 0; i < more; i++) {
        assertThat(ask(client, "/many/" + i)).endsWith("\n\n" + i);
      }
      assertThat(server.files.size()).isEqualTo(OpenFiles.MOST);
      assertThat(calls).hasValue(more);
      ask(client, "/many/" + (more - 1));
      ask(client, "/many/2"); // the first that is kept
      assertThat(calls).hasValue(more);
      ask(client, "/many/1");
      assertThat(calls).hasValue(more + 1);
    }
  }

  @AsyncTest
  void files_areNotKept_ifThatIsNotWanted() throws Exception {
    var calls = countCalls();
    try (var server = RawClient.server(app, HttpOptions.defaults().fileReuse(Duration.ZERO));
        var client = RawClient.inMemory(server)) {
      ask(client, "/ten.txt");
      assertThat(ask(client, "/ten.txt")).endsWith("0123456789");
      assertThat(calls).hasValue(2);
    }
  }

  @AsyncTest
  void fileThatIsKept_andCutOffWhileItIsSent_endsTheConnection() throws Exception {
    var file = write("long.txt", "x".repeat(100_000));
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    var cuts = new boolean[1];
    app.with((rq, next) -> {
      var response = next.handle(rq);
      if (cuts[0]) { // when it was looked at last
        beside(() -> Files.writeString(file, "cut off"));
      }
      return response;
    });
    var options = HttpOptions.defaults().fileReuse(Duration.ofHours(1));
    try (var server = keeping(Http.start(app, "127.0.0.1", 0, options))) {
      try (var client = new RawClient(server)) {
        assertThat(ask(client, "/long.txt")).hasSizeGreaterThan(100_000);
        assertThat(server.files.size()).isEqualTo(1);
        cuts[0] = true;
        client.send(REQUEST.formatted("/long.txt", ""));
        assertThat(client.readHead()).contains("Content-Length: 100000\r\n");
        assertThat(restOf(client)).isIn("cut off", "");
        cuts[0] = false;
      }
      assertThat(errors)
          .singleElement()
          .extracting(ErrorContext::exception)
          .isInstanceOf(EOFException.class);
      try (var client = new RawClient(server)) {
        assertThat(ask(client, "/long.txt")).endsWith("\n\ncut off");
      }
    }
    assertThat(openFiles()).noneMatch(name -> name.endsWith("long.txt"));
  }

  private static String restOf(RawClient client) {
    try {
      return client.readAll();
    } catch (IOException e) {
      return ""; // a reset, before it was read
    }
  }

  @AsyncTest
  void oneFile_andFormsOfAFile_areKept_too() throws Exception {
    write("a.js", "plain");
    write("a.js.gz", "gzip");
    app =
        new Router()
            .get("/report", rq -> Response.file(rq, www.resolve("ten.txt")))
            .files("/", StaticFiles.of(www).precompressed(true))
            .files("/b", www);
    var calls = countCalls();
    try (var server = inMemory();
        var client = RawClient.inMemory(server)) {
      for (int i = 0; i < 2; i++) {
        assertThat(ask(client, "/report")).endsWith("0123456789");
        assertThat(ask(client, "/a.js")).endsWith("\n\nplain");
        assertThat(ask(client, "/a.js", "Accept-Encoding: gzip\r\n")).endsWith("\n\ngzip");
        assertThat(ask(client, "/b/a.js", "Accept-Encoding: gzip\r\n")).endsWith("\n\nplain");
      }
      assertThat(calls).hasValue(4);
    }
  }

  @AsyncTest
  void fileOverHttp2_isKept_too() throws Exception {
    var calls = countCalls();
    try (var server = inMemory();
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/ten.txt").skip("HEADERS 1 :status=200", "DATA 1 end 0123456789");
      client.get(3, "/ten.txt").skip("HEADERS 3 :status=200", "DATA 3 end 0123456789");
    }
    assertThat(calls).hasValue(1);
  }

  // ---- long files -------------------------------------------------------------------------------

  @AsyncTest
  void clientThatTakesSlowly_whatWasWrittenBeforeAFile_isNotLeft() throws Exception {
    var file = www.resolve("big.txt");
    var text = big();
    var before = "-".repeat(60_000);
    Handler handler =
        rq ->
            Response.stream(
                before.length() + text.length(),
                out -> {
                  try (var opened = beside(() -> FileChannel.open(file))) {
                    out.write(before);
                    out.writeFile(opened, 0, text.length());
                  }
                });
    var address = UnixDomainSocketAddress.of(folder.resolve("socket"));
    var options = HttpOptions.defaults().idleTime(Duration.ofMillis(200));
    var server = RawClient.server(handler, options);
    try (server;
        var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        var client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      var accepted =
          beside(() -> {
            listener.bind(address);
            client.connect(address);
            var channel = listener.accept();
            channel.setOption(StandardSocketOptions.SO_SNDBUF, 4096); // else all is on its way
            return channel;
          });
      var _ = Transports.connectAcceptedSocket(server::newConnection, accepted, null);
      beside(() -> client.write(ByteBuffer.wrap(REQUEST.formatted("/", "").getBytes(ISO_8859_1))));
      var first = beside(() -> readExactly(client, 30_000)); // a part of what was written
      sleep(0.25); // time stands still while the client reads
      int end = first.indexOf("\r\n\r\n") + 4;
      int left = end + before.length() + text.length() - first.length();
      var rest = beside(() -> readExactly(client, left));
      assertThat((first + rest).substring(end)).isEqualTo(before + text);
    }
  }

  private static String readExactly(SocketChannel channel, int n) throws IOException {
    var bytes = ByteBuffer.allocate(n);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("after " + bytes.position() + " bytes");
      }
    }
    return new String(bytes.array(), ISO_8859_1);
  }

  private String big() throws Exception {
    var text = new StringBuilder();
    for (int i = 0; text.length() < 3_000_000; i++) {
      text.append(i).append('\n');
    }
    write("big.txt", text.toString());
    return text.toString();
  }

  @AsyncTest
  void longFile_isSent_byTheSystem() throws Exception {
    var text = big();
    try (var server = Http.start(app, "127.0.0.1", 0);
        var client = new RawClient(server)) {
      client.send("GET /big.txt HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.readHead()).contains("Content-Length: " + text.length() + "\r\n");
      assertThat(client.read(text.length())).isEqualTo(text);
      client.send("GET /big.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=5-200004\r\n\r\n");
      assertThat(client.readHead()).startsWith("HTTP/1.1 206 ");
      assertThat(client.read(200_000)).isEqualTo(text.substring(5, 200_005));
      client.send("HEAD /big.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(client.readAll())
          .contains("Content-Length: " + text.length() + "\n")
          .endsWith("\n\n");
    }
  }

  @AsyncTest
  void longFile_isSent_piecewise_whereTheSystemCannot() throws Exception {
    var text = big();
    try (var server = RawClient.server(app, HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      client.send("GET /big.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      client.readHead();
      assertThat(client.read(text.length())).isEqualTo(text);
    }
    assertThat(get("/big.txt").text()).isEqualTo(text);
    app.with(Compression.standard());
    assertThat(get("/big.txt", "Accept-Encoding", "gzip").header("Content-Encoding"))
        .isEqualTo("gzip");
  }

  @AsyncTest
  void clientThatLeaves_inTheMiddle_leavesNoFileOpen() throws Exception {
    big();
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    for (int i = 0; i < 3; i++) {
      try (var server = Http.start(app, "127.0.0.1", 0);
          var client = new RawClient(server)) {
        client.send("GET /big.txt HTTP/1.1\r\nHost: x\r\n\r\n");
        client.readHead();
        client.abort();
        sleep(0.1);
      }
    }
    assertThat(errors).isEmpty();
    assertThat(openFiles()).noneMatch(name -> name.endsWith("big.txt"));
  }

  @AsyncTest
  void clientThatTakesNothing_isAborted() throws Exception {
    var huge = www.resolve("huge.bin");
    beside(() -> {
      try (var file = new RandomAccessFile(huge.toFile(), "rw")) {
        file.setLength(100_000_000);
      }
      return huge;
    });
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    var options = HttpOptions.defaults().idleTime(Duration.ofMillis(200));
    try (var server = keeping(Http.start(app, "127.0.0.1", 0, options));
        var client = new RawClient(server)) {
      client.send("GET /huge.bin HTTP/1.1\r\nHost: x\r\n\r\n");
      client.readHead();
      while (server.statistics().connections() > 0) {
        sleep(0.01);
      }
    }
    assertThat(errors).isEmpty();
  }

  @AsyncTest
  void clientThatHasLeft_isNoError_alsoWhereSendingShowsItFirst() throws Exception {
    var file = www.resolve("big.txt");
    big();
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    for (int linger : new int[] {-1, 0}) { // it is told of the end by the first write, or before
      var client = SocketChannel.open();
      client.setOption(StandardSocketOptions.SO_LINGER, linger);
      var ended = new Event();
      Handler handler =
          request -> {
            request.whenAnswered(_ -> ended.set());
            return Response.stream(
                3_000_000,
                out -> {
                  client.close(); // of which the loop has not heard yet
                  try (var opened = beside(() -> FileChannel.open(file))) {
                    out.writeFile(opened, 0, 3_000_000);
                  }
                });
          };
      try (client;
          var server = Http.start(handler, "127.0.0.1", 0)) {
        toThread(() -> {
          client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
          client.write(ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1)));
        });
        ended.await();
      }
    }
    assertThat(errors).isEmpty();
  }

  /// What this process has open, where the system tells.
  static List<String> openFiles() throws Exception {
    return beside(() -> {
      var all = Path.of("/proc/self/fd");
      if (!Files.isDirectory(all)) {
        return List.of();
      }
      try (var open = Files.list(all)) {
        return open.map(StaticFilesTest::target).toList();
      }
    });
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // it is gone
    }
  }

  @AsyncTest
  void bytes_areTheFiles() throws Exception {
    var bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    beside(() -> Files.write(www.resolve("x.png"), bytes));
    assertThat(new String(get("/x.png").bytes(), ISO_8859_1))
        .isEqualTo(new String(bytes, ISO_8859_1));
  }

  // ---- one file ---------------------------------------------------------------------------------

  @AsyncTest
  void oneFile_isSent_withItsType_rangesAndConditions() throws Exception {
    app =
        new Router()
            .get("/report", rq -> Response.file(rq, www.resolve("ten.txt")))
            .post("/made", rq -> Response.file(rq, www.resolve("ten.txt")).status(201))
            .get("/dot", rq -> Response.file(rq, www.resolve(".secret")))
            .get("/big", rq -> Response.file(rq, write("big.bin", "x".repeat(100_000))))
            .get("/none", rq -> Response.file(rq, www.resolve("none")))
            .get("/folder", rq -> Response.file(rq, www))
            .get("/root", rq -> Response.file(rq, Path.of("/")));
    var all = get("/report").expect(200);
    assertThat(all.text()).isEqualTo("0123456789");
    assertThat(all.header("Content-Type")).startsWith("text/plain");
    assertThat(all.header("Last-Modified")).isEqualTo(DATE);
    get("/report", "If-None-Match", String.valueOf(all.header("ETag"))).expect(304);
    var part = get("/report", "Range", "bytes=2-3").expect(206);
    assertThat(part.text()).isEqualTo("23");
    assertThat(part.header("Content-Range")).isEqualTo("bytes 2-3/10");
    assertThat(ask("HEAD", "/report").expect(200).bytes()).isEmpty();
    assertThat(ask("POST", "/made", "Range", "bytes=2-3").expect(201).text()).hasSize(10);
    assertThat(get("/dot").expect(200).text()).isEqualTo("hidden");
    assertThat(get("/big").expect(200).bytes()).hasSize(100_000);
    for (var missing : List.of("/none", "/folder", "/root")) {
      get(missing).expect(404);
    }
  }

  /// It is not what the client asked for, so nothing of that is said with it.
  @AsyncTest
  void oneFile_withAStatusOfOnesOwn_isSentAsAWhole() throws Exception {
    app =
        new Router()
            .get("/file", rq -> Response.file(rq, 200, www.resolve("ten.txt")))
            .get("/none", rq -> Response.file(rq, 500, www.resolve("none")))
            .get("/{rest…}", rq -> Response.file(rq, 404, www.resolve("ten.txt")));
    var tag = String.valueOf(get("/file").expect(200).header("ETag"));
    get("/file", "If-None-Match", tag).expect(304);
    for (int i = 0; i < 2; i++) { // the second time it is kept
      var page = get("/x").expect(404);
      assertThat(page.text()).isEqualTo("0123456789");
      assertThat(page.header("Content-Type")).startsWith("text/plain");
    }
    for (var wish : List.of("If-None-Match: " + tag, "Range: bytes=2-3", "Range: bytes=20-")) {
      var header = wish.split(": ", -1);
      var page = get("/x", header).expect(404);
      assertThat(page.text()).isEqualTo("0123456789");
      assertThat(page.headers().toMap()).doesNotContainKey("Content-Range");
    }
    get("/x", "If-Match", "\"other\"").expect(404);
    var head = ask("HEAD", "/x").expect(404);
    assertThat(head.bytes()).isEmpty();
    get("/file").expect(200); // what is kept is still that
    assertThat(get("/none").expect(404).header("Content-Type"))
        .isEqualTo("application/problem+json");
  }

  @AsyncTest
  void headersOfAFile_areNotThose_ofWhatIsAnsweredInstead() throws Exception {
    Handler handler =
        rq ->
            Response.file(rq, www.resolve(rq.path("name")))
                .type("application/pdf")
                .header("Content-Disposition", "attachment")
                .header("Cache-Control", "max-age=31536000")
                .headers(Headers.of("Expires", "Fri, 02 Jan 2026 03:04:05 GMT", "X-Own", "1"))
                .addHeader("Content-Language", "de")
                .addHeader("Repr-Digest", "sha-256=:AAAA:")
                .headers(Headers.of("Age", "5", "X-Accel-Buffering", "no", "ETag", "\"own\""))
                .addHeader("CDN-Cache-Control", "max-age=31536000")
                .addHeader("Content-Security-Policy", "sandbox")
                .cookie(Cookie.of("seen", "1"));
    app =
        new Router()
            .get("/{name}", handler)
            .with((rq, next) -> next.handle(rq).header("Cache-Control", "no-store"));
    var file = get("/ten.txt").expect(200);
    assertThat(file.header("Content-Type")).isEqualTo("application/pdf");
    assertThat(file.header("Content-Disposition")).isEqualTo("attachment");
    assertThat(file.headers().toMap())
        .containsKeys("Expires", "Repr-Digest", "Age", "X-Accel-Buffering", "CDN-Cache-Control");
    assertThat(file.header("ETag")).isEqualTo("\"own\"");
    for (var missing : List.of(get("/none"), get("/ten.txt", "Range", "bytes=20-"))) {
      assertThat(missing.status()).isIn(404, 416);
      assertThat(missing.headers().toMap())
          .containsEntry("Content-Type", List.of("application/problem+json"))
          .containsEntry("X-Own", List.of("1"))
          .containsEntry("Content-Security-Policy", List.of("sandbox"))
          .containsEntry("Cache-Control", List.of("no-store")) // of who does not speak of the file
          .containsKey("Set-Cookie")
          .doesNotContainKeys("Content-Disposition", "Content-Language", "Expires", "Repr-Digest")
          .doesNotContainKeys("Age", "X-Accel-Buffering", "CDN-Cache-Control", "ETag");
    }
  }
}
