package jasyncio.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import jasyncio.examples.Programs.Run;
import jasyncio.testkit.Chromium;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the dashboard: its stream of events, and its page in a browser.
///
/// With `-Djasyncio.images.update=true` it makes the pictures in `docs/images` anew.
class DashboardTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("Dashboard.java")), classes);
  }

  private static ServedProgram start() throws IOException {
    return ServedProgram.start(Programs.javaCommand(classes, "Dashboard", "--port", "0"));
  }

  private static int post(ServedProgram program, String path) {
    return program.send(program.request(path).POST(BodyPublishers.noBody())).statusCode();
  }

  /// The next of the figures in a stream of events.
  private static JsonObject next(Iterator<String> lines) {
    while (true) {
      String line = lines.next();
      if (line.startsWith("data: ")) {
        return JsonParser.parseString(line.substring("data: ".length())).getAsJsonObject();
      }
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no kill command
  void figures_comeAsEvents_untilCtrlC() throws Exception {
    try (var program = start()) {
      Stream<String> events =
          program.client().send(program.request("/figures").build(), BodyHandlers.ofLines()).body();
      Iterator<String> lines = events.iterator();
      JsonObject first = next(lines);
      assertThat(first.get("connections").getAsInt()).isEqualTo(1);
      assertThat(first.get("lag").getAsDouble()).isNotNegative();

      assertThat(post(program, "/tasks?n=1000")).isEqualTo(204);
      JsonObject busy = next(lines);
      while (busy.get("tasks").getAsInt() < 50) { // they end one after the other
        busy = next(lines);
      }
      assertThat(post(program, "/block?n=200")).isEqualTo(204);
      while (busy.get("lag").getAsDouble() < 90) {
        busy = next(lines);
      }
      assertThat(post(program, "/tasks?n=1000000")).isEqualTo(400);
      assertThat(post(program, "/block")).isEqualTo(400);

      Run run = program.interrupt();
      assertThat(run.exit()).as(run.toString()).isZero();
      assertThat(run.out()).last().isEqualTo("bye");
      assertThat(run.err()).isEmpty();
    }
  }

  @Test
  @Tag("slow")
  void page_inABrowser_drawsThem() throws Exception {
    var browser = Chromium.find();
    assumeTrue(browser.isPresent(), "there is no Chromium here");
    try (var program = start();
        var chromium = Chromium.start(browser.orElseThrow());
        var page = chromium.newPage()) {
      page.setSize(900, 780);
      page.prefer("light");
      page.go(program.address() + "/");
      page.await("document.querySelector('#state')?.textContent === 'Live' && samples.length > 1");
      page.click("[data-do=\"tasks?n=1000\"]");
      page.await("samples.some((sample) => sample.tasks > 50)");
      page.click("[data-do=\"block?n=300\"]");
      page.await("samples.some((sample) => sample.lag > 90)");
      assertThat(page.text("#lag")).matches("[\\d.]+ ms");
      assertThat(page.text("#heap")).matches("\\d+ MiB");
      assertThat(page.evaluate("document.querySelector('#tasks-line').getAttribute('d')"))
          .startsWith("M")
          .contains("L");
      if (Boolean.getBoolean("jasyncio.images.update")) { // some more to be seen
        page.await("samples.length > 60");
        page.click("[data-do=\"tasks?n=10000\"]");
        page.await("samples.length > 90");
        page.click("[data-do=\"block?n=300\"]");
        page.await("samples.length > 140");
      }
      String light = WebChatTest.background(page);
      WebChatTest.save(page, "dashboard-light.png");
      page.prefer("dark");
      assertThat(WebChatTest.background(page)).isNotEqualTo(light);
      WebChatTest.save(page, "dashboard-dark.png");
      page.setSize(360, 780);
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo("360");
      assertThat(page.errors).isEmpty();
    }
  }
}
