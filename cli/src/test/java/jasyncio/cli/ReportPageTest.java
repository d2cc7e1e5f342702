package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.testkit.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The page of a report in a real browser.
///
/// With `-Djasyncio.images.update=true` it makes the pictures in `docs/images` anew.
@Tag("slow")
class ReportPageTest {
  private static final Path IMAGES = Path.of("../docs/images");

  private static Chromium chromium;

  @TempDir Path directory;
  private Chromium.Page page;

  @BeforeAll
  static void startBrowser() throws IOException {
    var found = Chromium.find();
    assumeTrue(found.isPresent(), "there is no Chromium here");
    chromium = Chromium.start(found.orElseThrow());
  }

  @AfterAll
  static void endBrowser() throws IOException {
    if (chromium != null) {
      chromium.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    page = chromium.newPage();
    page.setSize(1280, 900);
  }

  @AfterEach
  void close() {
    page.close();
  }

  private void show(String pageName, String glob) throws Exception {
    var report = Report.of("crawl.jfr", PretendCrawl.record(pageName), 5, glob);
    Path file = directory.resolve("crawl.html");
    Files.writeString(file, ReportPage.of(report, ZoneOffset.UTC), UTF_8);
    page.go(file.toUri().toString());
    page.await("document.readyState === 'complete' && document.querySelector('header')");
  }

  private int count(String selector) throws Exception {
    return Integer.parseInt(page.evaluate("document.querySelectorAll(`" + selector + "`).length"));
  }

  @Test
  void report_loopsStepsAndTasks() throws Exception {
    show("page-6", null);
    assertThat(page.text("header")).contains("crawl.jfr", "1 GC pause of 12 ms");
    assertThat(page.text("#loops tbody tr")).startsWith("loop-1");
    assertThat(count("#steps tbody tr")).isEqualTo(5);
    assertThat(page.text("#steps tbody tr"))
        .startsWith("131 ms")
        .contains("page-5", "held up by it", "the garbage collector stopped it for 12 ms")
        .contains("Crawler.links(Crawler.java:71)");
    assertThat(count("article")).isEqualTo(5);
    assertThat(count("article svg")).isEqualTo(5);
    assertThat(page.text("article .legend")).contains("waits for I/O", "ready, while others ran");
    assertThat(page.errors).isEmpty();
  }

  @Test
  void timeLine_bothLanes_fillTheWidth() throws Exception {
    show("page-6", "page-6");
    assertThat(count("article")).isEqualTo(1);
    String widths =
        "[15, 57].map((y) => Math.round([...document.querySelectorAll(`article rect[y='${y}']`)]"
            + ".reduce((sum, r) => sum + r.getBoundingClientRect().width, 0)"
            + " / document.querySelector('article svg').getBoundingClientRect().width * 1000)).join()";
    assertThat(page.evaluate(widths)).isEqualTo("1000,1000");
    assertThat(page.evaluate("document.querySelector('rect.io title').textContent"))
        .contains("waits for data from 10.0.0.");
    assertThat(count("article table tbody tr")).isLessThan(count("article rect[y='15']"));
    assertThat(page.text("article table tbody tr:last-child")).contains("between", "shorter ones");
  }

  @Test
  void text_thatLooksLikeHtml_staysText() throws Exception {
    show(PretendProgram.HTML, "<img*");
    assertThat(page.text("article h3")).contains(PretendProgram.HTML);
    assertThat(page.text("article table")).contains(PretendProgram.HTML);
    assertThat(count("img, b")).isZero();
    assertThat(page.errors).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 480, 400})
  void page_atAWidth_doesNotScrollSideways(int width) throws Exception {
    page.setSize(width, 900);
    show("page-6", null);
    assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo("" + width);
    assertThat(
            page.evaluate(
                "[...document.querySelectorAll('.scroll, td')]"
                    + ".filter((e) => e.scrollWidth > e.clientWidth + 1).length"))
        .isEqualTo("0");
  }

  @Test
  void page_thatIsNarrow_cellsAreLinesWithTheirTitles() throws Exception {
    page.setSize(480, 900);
    show("page-6", "page-6");
    assertThat(page.evaluate("getComputedStyle(document.querySelector('thead')).display"))
        .isEqualTo("none");
    assertThat(
            page.evaluate(
                "getComputedStyle(document.querySelector('article td.name'), '::before').content"))
        .contains("Who");
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void colours_asTheSystemPrefers(String scheme) throws Exception {
    page.prefer(scheme);
    page.setSize(1280, 1100);
    show("page-6", "page-*");
    assertThat(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        .isEqualTo(scheme.equals("light") ? "rgb(255, 255, 255)" : "rgb(16, 19, 23)");
    assertThat(page.evaluate("getComputedStyle(document.querySelector('rect.io')).fill"))
        .isEqualTo(scheme.equals("light") ? "rgb(43, 154, 83)" : "rgb(69, 185, 125)");
    if (Boolean.getBoolean("jasyncio.images.update")) {
      Files.createDirectories(IMAGES);
      Files.write(IMAGES.resolve("report-" + scheme + ".png"), page.picture());
    }
    assertThat(page.errors).isEmpty();
  }
}
