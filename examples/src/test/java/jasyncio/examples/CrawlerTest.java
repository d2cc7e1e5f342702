package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.sun.net.httpserver.HttpServer;
import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs the crawler as its users do: from the command line, in a process of its own.
class CrawlerTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("Crawler.java")), classes);
  }

  /// As deep as its pages come soon.
  @ParameterizedTest
  @ValueSource(strings = {"http", "streams", "jdk"})
  void ownSite_isCrawledTwice_andCompared(String client) throws Exception {
    Run run = crawl("--client=" + client, "--latency-ms", "5", "--depth", "2", "--timeout", "300");

    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertEquals(List.of("sequential", "concurrent"), row("", run));
    assertEquals(List.of("13", "13"), row("pages", run));
    assertEquals(List.of("13", "13"), row("  200", run));
    assertEquals(List.of("1", "1"), row("retries", run)); // page 7 is unavailable at first
    for (String time : row("time", run)) {
      assertTrue(time.matches("\\d+\\.\\d\\d s"), run::toString);
    }
    assertEquals("1.0 x", row("speed-up", run).getFirst());
    int slowest = run.out().indexOf("slowest pages");
    assertTrue(slowest > 0 && run.out().size() == slowest + 6, run::toString);
    assertTrue(
        run.out().get(slowest + 1).matches(" +\\d+\\.\\d\\d s  200 +http://.*/\\d+"),
        run::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "streams", "jdk"})
  void pageThatDoesNotAnswerAtFirst_isAskedAgain(String client) throws Exception {
    var asked = new AtomicInteger();
    try (var site =
        Site.start(path ->
            switch (path) {
              case "/" -> Reply.of(200, "<a href='/late'>late</a> <a href='/gone'>gone</a>");
              case "/late" ->
                  asked.incrementAndGet() == 1 ? Reply.NEVER : Reply.of(200, "here it is");
              default -> Reply.of(404, "no");
            })) {
      Run run =
          site.crawl("/", "--client", client, "--timeout", "0.5", "--retries", "1000", "--depth=1");

      assertEquals(0, run.exit(), run::toString);
      assertEquals(List.of("3", "3"), row("pages", run));
      assertEquals(List.of("2", "2"), row("  200", run));
      assertEquals(List.of("1", "1"), row("  404", run));
      assertTrue(Integer.parseInt(row("retries", run).getFirst()) >= 1, run::toString);
      assertTrue(asked.get() >= 3, run::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "streams", "jdk"})
  void pageThatNeverAnswers_isGivenUp(String client) throws Exception {
    try (var site = Site.start(path -> Reply.NEVER)) {
      Run run = site.crawl("/", "--client", client, "--timeout", "0.2", "--retries", "1");

      assertEquals(0, run.exit(), run::toString);
      assertEquals(List.of("1", "1"), row("pages", run));
      assertEquals(List.of("1", "1"), row("  TimeoutException", run));
      assertEquals(List.of("1", "1"), row("retries", run));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "streams", "jdk"})
  void otherSite_isCrawledOnItsHostOnly_upToDepthAndNumberOfPages(String client) throws Exception {
    var asked = new CopyOnWriteArrayList<String>();
    try (var site =
        Site.start(path -> {
          asked.add(path);
          var html =
              "<a href='%sx'>x</a> <a href=\"/y#z\">y</a> <a href='mailto:a@b.c'>mail</a>"
                  .concat(" <a href='http://elsewhere.invalid/'>no</a> <a href='a b'>bad</a>")
                  .formatted(path);
          return new Reply(200, html, path.equals("/y") || path.equals("/top/x"));
        })) {
      String[] options = {"--client", client, "--timeout", "300"};
      Run run = site.crawl("/top/", options, "--depth", "2", "--concurrent-only");

      assertEquals(0, run.exit(), run::toString);
      assertEquals(List.of("concurrent"), row("", run));
      assertEquals(
          List.of("/top/", "/top/x", "/top/xx", "/y", "/yx"), asked.stream().sorted().toList());
      assertEquals(List.of("5"), row("  200", run));

      run = site.crawl("/top/", options, "--max-pages", "2", "--sequential-only");
      assertEquals(List.of("sequential"), row("", run));
      assertEquals(List.of("2"), row("pages", run));
    }
  }

  @Test
  void badOption_isSaidInOneSentence() throws Exception {
    assertRefused("unknown option --speed", "--speed");
    assertRefused("--concurrency does not take 'many'", "--concurrency", "many");
    assertRefused("--concurrency does not take '0'", "--concurrency", "0");
    assertRefused("--retries does not take '1.5'", "--retries", "1.5");
    assertRefused("--timeout does not take ''", "--timeout");
    assertRefused("--client does not take 'curl'", "--client=curl");
    assertRefused("--url does not take 'ftp://host/'", "--url", "ftp://host/");
    assertRefused(
        "--sequential-only and --concurrent-only exclude each other",
        "--sequential-only",
        "--concurrent-only");
  }

  @Test
  void help_printsUsage() throws Exception {
    Run run = crawl("--help");

    assertEquals(0, run.exit(), run::toString);
    assertEquals("Usage: Crawler.java [options]", run.out().getFirst());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no kill command
  void interrupt_endsWithPartialReport() throws Exception {
    assumeFalse(
        Programs.ignoresInterrupts(), "interrupts are ignored here, as in a background job");
    try (var site =
        Site.start(
            path -> path.equals("/") ? Reply.of(200, "<a href='/never'>on</a>") : Reply.NEVER)) {
      Process process =
          Programs.start(command("--url", site.url("/"), "--timeout=300", "--sequential-only"));
      String progress;
      do {
        progress = process.inputReader(StandardCharsets.UTF_8).readLine();
        assertTrue(progress.matches("sequential: +\\d+ visited, .*"), progress);
      } while (!progress.contains(" 1 visited, "));
      Programs.run(List.of("kill", "-INT", String.valueOf(process.pid())));
      Run run = Programs.finish(process);

      assertEquals(130, run.exit(), run::toString);
      assertEquals(List.of(), run.err());
      assertTrue(run.out().contains("Interrupted; until then:"), run::toString);
      assertEquals(List.of("sequential"), row("", run));
      assertEquals(List.of("1"), row("pages", run));
      assertTrue(run.out().contains("slowest pages"), run::toString);
    }
  }

  /// What a site says to a request; with a body in chunks perhaps.
  private record Reply(int status, String body, boolean chunked) {
    static final Reply NEVER = of(0, "");

    static Reply of(int status, String body) {
      return new Reply(status, body, false);
    }
  }

  /// A web site in this JVM.
  private record Site(HttpServer server, CountDownLatch closed) implements AutoCloseable {
    static Site start(Function<String, Reply> replies) throws IOException {
      var local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      var site = new Site(HttpServer.create(local, 0), new CountDownLatch(1));
      site.server.setExecutor(Thread::startVirtualThread);
      site.server.createContext(
          "/",
          exchange -> {
            var reply = replies.apply(exchange.getRequestURI().getPath());
            if (reply == Reply.NEVER) {
              site.awaitClosed();
            } else {
              byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(reply.status(), reply.chunked() ? 0 : body.length);
              exchange.getResponseBody().write(body);
            }
            exchange.close();
          });
      site.server.start();
      return site;
    }

    private void awaitClosed() {
      try {
        closed.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    String url(String path) {
      return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    Run crawl(String path, String... options) throws Exception {
      return crawl(path, new String[0], options);
    }

    Run crawl(String path, String[] options, String... more) throws Exception {
      var args = Stream.of(List.of("--url", url(path)), List.of(options), List.of(more));
      return CrawlerTest.crawl(args.flatMap(List::stream).toArray(String[]::new));
    }

    @Override
    public void close() {
      closed.countDown();
      server.stop(0);
    }
  }

  private static void assertRefused(String sentence, String... args) throws Exception {
    Run run = crawl(args);

    assertEquals(2, run.exit(), run::toString);
    assertEquals(List.of("crawler: " + sentence + " (see --help)"), run.err());
    assertEquals(List.of(), run.out());
  }

  private static Run crawl(String... args) throws Exception {
    return Programs.run(command(args));
  }

  private static List<String> command(String... args) {
    return Programs.javaCommand(classes, "Crawler", args);
  }

  /// The cells of the table row with this label: columns of 14 characters after one of 18.
  private static List<String> row(String label, Run run) {
    Pattern row = Pattern.compile(Pattern.quote("%-18s".formatted(label)) + "((?: .{13})+)");
    for (String line : run.out()) {
      Matcher matcher = row.matcher(line);
      if (matcher.matches()) {
        var cells = new ArrayList<String>();
        for (int i = 0; i < matcher.group(1).length(); i += 14) {
          cells.add(matcher.group(1).substring(i, i + 14).strip());
        }
        return cells;
      }
    }
    throw new AssertionError("no row '" + label + "' in\n" + run);
  }
}
