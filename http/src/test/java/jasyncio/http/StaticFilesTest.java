package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.ErrorContext;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
  private Path www;
  private Router app;

  @BeforeEach
  void makeFiles() throws IOException {
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

  private Path write(String name, String text) throws IOException {
    var file = www.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.from(MODIFIED));
    return file;
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
    Files.createSymbolicLink(www.resolve("bare/out"), folder.resolve("outside.txt"));
    Files.createSymbolicLink(www.resolve("bare/up"), folder);
    Files.createSymbolicLink(www.resolve("bare/git"), www.resolve(".git"));
    Files.createSymbolicLink(www.resolve("bare/nowhere"), www.resolve("nowhere"));
    Files.createSymbolicLink(www.resolve("bare/in"), www.resolve("ten.txt"));
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
    Files.createSymbolicLink(www.resolve("out.txt"), folder.resolve("outside.txt"));
    Files.createSymbolicLink(www.resolve("up"), folder);
    Files.createSymbolicLink(www.resolve("in.txt"), www.resolve("ten.txt"));
    Files.createSymbolicLink(www.resolve("git"), www.resolve(".git"));
    Files.createSymbolicLink(www.resolve("loop"), www.resolve("loop"));
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
    Files.createSymbolicLink(folder.resolve("current"), www);
    app = new Router().files("/", folder.resolve("current"));
    assertThat(get("/ten.txt").text()).isEqualTo("0123456789");
  }

  @AsyncTest
  void folderThatIsALink_isFollowed_inside() throws Exception {
    Files.createSymbolicLink(www.resolve("alias"), www.resolve("sub"));
    Files.createSymbolicLink(www.resolve("bare/index.html"), www.resolve("ten.txt"));
    Files.createSymbolicLink(www.resolve("sub/config"), www.resolve(".git/config"));
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

  /// How often other threads are asked for something while a file is sent.
  private int callsFor(int length) throws Exception {
    write("file.txt", "x".repeat(length));
    var calls = new AtomicInteger();
    getRunningLoop()
        .setDefaultExecutor(
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedTransferQueue<>()) {
              @Override
              public void execute(Runnable call) {
                calls.incrementAndGet();
                super.execute(call);
              }
            });
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

  // ---- long files -------------------------------------------------------------------------------

  private String big() throws IOException {
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
    if (Files.isDirectory(Path.of("/proc/self/fd"))) {
      try (var open = Files.list(Path.of("/proc/self/fd"))) {
        assertThat(open.map(StaticFilesTest::target)).noneMatch(name -> name.endsWith("big.txt"));
      }
    }
  }

  @AsyncTest
  void clientThatTakesNothing_isAborted() throws Exception {
    try (var file = new RandomAccessFile(www.resolve("huge.bin").toFile(), "rw")) {
      file.setLength(100_000_000);
    }
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    var options = HttpOptions.defaults().idleTime(Duration.ofMillis(200));
    try (var server = Http.start(app, "127.0.0.1", 0, options);
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
                  try (var opened = FileChannel.open(file)) {
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
    Files.write(www.resolve("x.png"), bytes);
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
            .get(
                "/big",
                rq -> Response.file(rq, toThread(() -> write("big.bin", "x".repeat(100_000)))))
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
}
