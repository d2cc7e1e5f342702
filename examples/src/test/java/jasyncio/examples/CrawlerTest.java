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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  @ParameterizedTest
  @ValueSource(strings = {"streams", "jdk"})
  void ownSite_isCrawledTwice_andCompared(String client) throws Exception {
    Run run = crawl("--client=" + client, "--latency-ms", "5", "--timeout", "0.5");

    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertEquals(List.of("sequential", "concurrent"), row("", run));
    assertEquals(List.of("61", "61"), row("pages", run));
    assertEquals(List.of("58", "58"), row("  200", run));
    assertEquals(List.of("1", "1"), row("  404", run));
    assertEquals(List.of("2", "2"), row("  TimeoutException", run));
    for (String retries : row("retries", run)) { // two pages time out three times, six fail once
      assertTrue(Integer.parseInt(retries) > 4, run::toString);
    }
    List<String> times = row("time", run);
    assertTrue(seconds(times.getFirst()) > seconds(times.getLast()), run::toString);
    assertEquals("1.0 x", row("speed-up", run).getFirst());
    int slowest = run.out().indexOf("slowest pages");
    assertTrue(slowest > 0 && run.out().size() == slowest + 6, run::toString);
    assertTrue(
        run.out()
            .get(slowest + 1)
            .matches(" +\\d+\\.\\d\\d s  TimeoutException +http://.*/(24|49)"),
        run::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"streams", "jdk"})
  void otherSite_isCrawledOnItsHostOnly_upToDepthAndNumberOfPages(String client) throws Exception {
    var asked = new CopyOnWriteArrayList<String>();
    var local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(local, 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          asked.add(path);
          byte[] body =
              "<a href='%sx'>x</a> <a href=\"/y#z\">y</a> <a href='mailto:a@b.c'>mail</a>"
                  .concat(" <a href='http://elsewhere.invalid/'>no</a> <a href='a b'>bad</a>")
                  .formatted(path)
                  .getBytes(StandardCharsets.UTF_8);
          boolean chunked = path.equals("/y") || path.equals("/top/x"); // 0 is "some"
          exchange.sendResponseHeaders(200, chunked ? 0 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/top/";
      Run run = crawl("--url", url, "--depth", "2", "--concurrent-only", "--client", client);

      assertEquals(0, run.exit(), run::toString);
      assertEquals(List.of("concurrent"), row("", run));
      assertEquals(
          List.of("/top/", "/top/x", "/top/xx", "/y", "/yx"), asked.stream().sorted().toList());
      assertEquals(List.of("5"), row("  200", run));

      run = crawl("--url", url, "--max-pages", "2", "--sequential-only", "--client", client);
      assertEquals(List.of("sequential"), row("", run));
      assertEquals(List.of("2"), row("pages", run));
    } finally {
      server.stop(0);
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
    Process process = Programs.start(command("--latency-ms", "100", "--sequential-only"));
    String progress = process.inputReader(StandardCharsets.UTF_8).readLine();
    assertTrue(progress.matches("sequential: +\\d+ visited, .*"), progress);
    Programs.run(List.of("kill", "-INT", String.valueOf(process.pid())));
    Run run = Programs.finish(process);

    assertEquals(130, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertTrue(run.out().contains("Interrupted; until then:"), run::toString);
    assertEquals(List.of("sequential"), row("", run));
    int pages = Integer.parseInt(row("pages", run).getFirst());
    assertTrue(pages > 0 && pages < 61, run::toString);
    assertTrue(run.out().contains("slowest pages"), run::toString);
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

  private static double seconds(String cell) {
    return Double.parseDouble(cell.replace(" s", ""));
  }
}
