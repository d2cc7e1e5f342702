package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.testkit.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The page in a real browser, with recorded answers.
///
/// With `-Djasyncio.images.update=true` it makes the pictures in `docs/images` anew.
@Tag("slow")
class WebPageTest {
  private static final Path IMAGES = Path.of("../docs/images");

  private static Chromium chromium;

  private final PretendProgram program = new PretendProgram();
  private WebServer server;
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
    server = WebServer.start(0, program.watch);
    page = chromium.newPage();
    page.setSize(1280, 900);
  }

  @AfterEach
  void close() {
    page.close();
    server.close();
    program.watch.close();
  }

  /// Goes to the page, and waits until it shows a loop.
  private void show() throws Exception {
    page.go(server.address());
    page.await("document.querySelector('#numbers dd')?.textContent");
  }

  private void view(String name) throws Exception {
    page.click("#tab-" + name);
  }

  private int count(String selector) throws Exception {
    return Integer.parseInt(page.evaluate("document.querySelectorAll(`" + selector + "`).length"));
  }

  private String number(String name) throws Exception {
    return page.text("#numbers [data-name=\"" + name + "\"] dd");
  }

  @Test
  void page_ofAProgramThatWorks_numbersAndTimeLine() throws Exception {
    program.passLookedAt(60);
    show();
    assertThat(page.text("header")).contains("Crawler.java", "process 4711", "Live");
    assertThat(number("Tasks")).isEqualTo("131");
    assertThat(number("Lag p50")).isEqualTo("110 µs");
    assertThat(number("Executor")).isEqualTo("2 of 6");
    assertThat(number("Utilisation")).matches("\\d+\u202f%");
    assertThat(number("In steps")).matches("\\d+\u202f%");
    assertThat(number("Waiting")).matches("\\d+\u202f%");
    assertThat(number("Collector")).startsWith("1");
    assertThat(count("#timeline path.line")).isEqualTo(2);
    assertThat(count("#timeline .step")).isEqualTo(3);
    assertThat(count("#functions tbody tr")).isEqualTo(5);
    assertThat(page.text("#functions tbody tr")).startsWith("Crawler.parse");
    assertThat(count("#slow tbody tr")).isEqualTo(3);
    assertThat(page.evaluate("document.getElementById('loops').hidden")).isEqualTo("true");
    assertThat(page.errors).isEmpty();
  }

  @Test
  void slowStep_clicked_itsStack() throws Exception {
    program.passLookedAt(60);
    show();
    page.click("#timeline .step");
    assertThat(page.text("#details"))
        .contains("Slow step of parser-2", "37 others", "Crawler.parse(Crawler.java:51)");
    assertThat(count("#timeline .step[data-chosen]")).isEqualTo(1);
    assertThat(count("#slow tr[data-chosen]")).isEqualTo(1);
    page.press("Escape");
    assertThat(page.evaluate("document.getElementById('details').hidden")).isEqualTo("true");

    page.evaluate("document.querySelector('#timeline .step').focus()");
    page.press("Enter");
    assertThat(page.text("#details h2")).isEqualTo("Slow step of parser-2");
    assertThat(page.errors).isEmpty();
  }

  @Test
  void text_thatLooksLikeHtml_staysText() throws Exception {
    program.strange = PretendProgram.HTML;
    program.passLookedAt(60);
    show();
    assertThat(page.text("#hot")).contains(PretendProgram.HTML);
    page.click("#timeline .step");
    assertThat(page.text("#details .stack")).contains(PretendProgram.HTML);
    view("tasks");
    page.await("document.querySelectorAll('#tasks tbody tr').length === 5");
    assertThat(page.text("#tasks")).contains(PretendProgram.HTML + " and 91 like it");
    page.click("#tasks tbody tr:nth-child(3)");
    page.await("document.querySelector('#details h2').textContent.startsWith('<img')");
    assertThat(count("img, body b")).isZero();
    assertThat(page.errors).isEmpty();
  }

  @Test
  void waits_ofASample_sayOfHowMany() throws Exception {
    program.sampled = 100;
    program.passLookedAt(5);
    show();
    page.press("2");
    assertThat(page.text("#sampled"))
        .isEqualTo(
            "There are too many tasks to look at each of them every second: this is of 100 of 131"
                + " tasks, spread evenly.");
    assertThat(page.errors).isEmpty();
  }

  @Test
  void views_byKeys_waitsTasksGraph() throws Exception {
    program.passLookedAt(5);
    show();
    page.press("2");
    assertThat(page.text("#waits tbody tr")).startsWith("main").contains("3 min 8 s");
    assertThat(page.text("#waited tbody tr")).contains("Semaphore 'per host', 0 of 8 free", "92");
    assertThat(count("#unawaited tbody tr")).isEqualTo(2);
    assertThat(page.text("#queues tbody")).contains("Queue 'links'", "40 of 40", "Queue 'pages'");
    assertThat(page.evaluate("document.querySelector('#sampled').offsetHeight")).isEqualTo("0");
    page.click("#waited tbody tr");
    page.await("document.querySelector('#tasks tbody tr')");
    assertThat(program.questions)
        .last()
        .asString()
        .startsWith("ps {brief=1, limit=200, ")
        .endsWith(" waiting=Semaphore 'per host', 0 of 8 free}");
    assertThat(page.text("#matching")).isEqualTo("131 tasks; 20 are not shown");
    page.evaluate("document.activeElement.blur()");
    page.press("4");
    page.await("document.querySelector('#graph .node')");
    assertThat(count("#graph .node")).isEqualTo(10);
    assertThat(page.evaluate("document.querySelector('#graph').textContent"))
        .contains("fetch-100 and 91 like it");
    assertThat(count("#graph .edge.lock")).isEqualTo(1);
    assertThat(count("#graph .circle")).isZero();
    assertThat(page.errors).isEmpty();
  }

  @Test
  void views_ofMoreTasksThanWereLookedAt_saySo() throws Exception {
    program.unseen = 31;
    program.passLookedAt(5);
    show();
    view("tasks");
    page.await("document.getElementById('matching').textContent.includes('31 more were not')");
    assertThat(page.text("#matching"))
        .isEqualTo(
            "100 tasks; 20 are not shown; 31 more were not looked at this time,"
                + " as the loop is to spare no more than 3\u202f% of its time");
    view("graph");
    page.await("document.getElementById('graph-note').textContent.includes('31 more were not')");
    assertThat(program.questions)
        .as("soon something, then everything")
        .anyMatch(question -> question.startsWith("ps ") && question.contains("millis=500,"))
        .anyMatch(question -> question.startsWith("ps ") && question.contains("millis=4000,"));
    assertThat(page.errors).isEmpty();
  }

  @Test
  void graph_circle_isRedAndFirst() throws Exception {
    program.hasCircle = true;
    program.passLookedAt(5);
    show();
    view("graph");
    page.await("document.querySelector('#graph .node.circle')");
    assertThat(page.text("#circles"))
        .startsWith("These wait for each other: payer → biller → payer. None of them goes on");
    assertThat(count("#graph .node.circle")).isEqualTo(2);
    assertThat(count("#graph .edge.circle")).isEqualTo(2);
    assertThat(
            page.evaluate(
                "Math.min(...[...document.querySelectorAll('#graph .node')].map((n) => n.getBoundingClientRect().top))"
                    + " === document.querySelector('#graph .node.circle').getBoundingClientRect().top"))
        .isEqualTo("true");
    assertThat(page.errors).isEmpty();
  }

  @Test
  void graph_ofVeryManyTasks_isCutAndSaysSo() throws Exception {
    program.passLookedAt(1);
    show();
    assertThat(
            page.evaluate(
                """
                import('./graph.js').then(({ graphOf, place }) => {
                  const tasks = [...Array(10_000).keys()].map((n) => ({
                    number: n, name: `t${n}`, coroutine: 'f', doing: 'waits', heldBy: [],
                    awaitedBy: n === 0 ? [9_999] : [n - 1] })); // one circle of all
                  const graph = graphOf(tasks);
                  place(graph, 1000);
                  return [graph.nodes.length, graph.leftOut, graph.circles.length,
                    graph.nodes.every((node) => node.x >= 0 && node.y >= 0)].join();
                })\
                """))
        .isEqualTo("300,9700,1,true");
  }

  @Test
  void graph_ofAnyTasks_noNodeLiesOnAnother() throws Exception {
    program.passLookedAt(1);
    show();
    assertThat(
            page.evaluate(
                """
                import('./graph.js').then(({ graphOf, place }) => {
                  let seed = 1;
                  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
                  let most = 0;
                  for (let round = 0; round < 50; round++) {
                    const tasks = [...Array(1 + random(120)).keys()].map((n, _, all) => ({
                      number: n, name: `t${n}`, coroutine: `f${n}`, doing: 'waits',
                      awaitedBy: [...Array(random(3))].map(() => random(all.length)),
                      heldBy: random(4) === 0 ? [random(all.length)] : [] }));
                    const graph = graphOf(tasks);
                    const size = place(graph, 1000);
                    for (const a of graph.nodes) {
                      for (const b of graph.nodes) {
                        if (a !== b && Math.abs(a.x - b.x) < 206 && Math.abs(a.y - b.y) < 38) {
                          return `${a.key} lies on ${b.key} in round ${round}`;
                        }
                      }
                      if (!(a.x >= 0 && a.y >= 0 && a.x + 206 <= size.width && a.y + 38 <= size.height)) {
                        return `${a.key} lies outside in round ${round}`;
                      }
                    }
                    most = Math.max(most, graph.nodes.length);
                  }
                  return most > 50;
                })\
                """))
        .isEqualTo("true");
  }

  @Test
  void loop_thatIsHeldUp_bannerWithStack_untilItGoesOn() throws Exception {
    program.hasSecondLoop = true;
    program.passLookedAt(10);
    program.isHeldUp = true;
    program.passLookedAt(5);
    show();
    assertThat(page.text("#held"))
        .startsWith("loop-1 is held up: it has not answered for 4 s.")
        .contains("at Crawler.report(Crawler.java:88)");
    assertThat(page.text("#state")).isEqualTo("Held up");
    assertThat(page.text("#loops")).contains("loop-1", "held up", "loop-2");
    assertThat(count("#timeline .held")).isEqualTo(1);
    page.click("[data-loop=loop-2]");
    assertThat(page.evaluate("document.getElementById('held').hidden")).isEqualTo("true");
    program.isHeldUp = false;
    program.passLookedAt(1);
    page.await("document.getElementById('state').textContent === 'Live'");
    assertThat(page.errors).isEmpty();
  }

  @Test
  void loop_thatIsHeldUp_whatIsShownIsSaidToBeOld() throws Exception {
    program.passLookedAt(10);
    program.isHeldUp = true;
    program.passLookedAt(5);
    show();
    view("waits");
    assertThat(page.text("#age")).isEqualTo("loop-1 is held up: this is as it was 5.00 s ago.");
    assertThat(page.text("#waits tbody tr")).startsWith("main");
    assertThat(count("#view-waits.old")).isEqualTo(1);
    program.isHeldUp = false;
    program.passLookedAt(1);
    view("tasks");
    page.await("document.querySelectorAll('#tasks tbody tr').length === 5");
    assertThat(page.evaluate("document.getElementById('age').hidden")).isEqualTo("true");
    program.isHeldUp = true;
    program.passLookedAt(2);
    page.await("!document.getElementById('age').hidden");
    assertThat(page.text("#age")).startsWith("loop-1 is held up: this is as it was ");
    assertThat(count("#tasks tbody tr")).isEqualTo(5);
    assertThat(page.errors).isEmpty();
  }

  @Test
  void timeline_timesInWhichALoopWasHeldUp_areThoseOfTheSteps() throws Exception {
    program.passLookedAt(1);
    show();
    assertThat(
            page.evaluate(
                """
                import('./timeline.js').then(({ heldUp }) => {
                  const held = (at, heldUpFor) => ({ at, heldUp: true, heldUpFor });
                  const text = (points, slow) => heldUp({ points, slow, newest: {} }, 9000)
                    .map(({ start, end }) => `${start}-${end}`).join();
                  const step = { at: 4100, seconds: 2.9 };
                  return [
                    text([{ at: 1000 }, held(2250, 0.25), held(3500, 1.5)], []),
                    text([{ at: 1000 }, held(2250, 0.25), held(3500, 1.5), { at: 4400 }], [step]),
                    text([{ at: 1000 }, held(2250, 0.25), { at: 3000 }, held(5000, 0.5)], []),
                  ].join(' ');
                })\
                """))
        .isEqualTo("2000-9000 1200-4100 2000-2250,4500-9000");
  }

  @Test
  void loops_thatComeAndGo_theOneThatStaysIsShown() throws Exception {
    program.hasMomentaryLoops = true;
    program.passLookedAt(5);
    show();
    assertThat(page.text("#loops [aria-selected=true]")).startsWith("loop-1");
    program.isHeldUp = true;
    program.hasSecondLoop = true;
    program.passLookedAt(10);
    page.await("document.getElementById('state').textContent === 'Held up'");
    assertThat(page.text("#loops [aria-selected=true]")).startsWith("loop-1");
    assertThat(page.errors).isEmpty();
  }

  @Test
  void program_thatEnds_isSaid_andNothingIsAskedAnyMore() throws Exception {
    program.passLookedAt(3);
    show();
    program.watch.end("process 4711 has ended");
    page.await("document.getElementById('state').className === 'ended'");
    assertThat(page.text("#state")).isEqualTo("Process 4711 has ended.");
    assertThat(number("Tasks")).isEqualTo("131");
  }

  @Test
  void page_withoutToken_saysWhereToGetIt() throws Exception {
    page.go("http://127.0.0.1:" + server.port() + "/");
    page.await("document.getElementById('empty')?.textContent.startsWith('The token is missing')");
    page.go("http://127.0.0.1:" + server.port() + "/#" + "x".repeat(32));
    page.await("document.getElementById('empty')?.textContent.startsWith('The token is missing')");
    assertThat(program.watch.isLookedAt()).isFalse();
  }

  @Test
  void token_isGoneFromTheAddress_andSurvivesAReload() throws Exception {
    program.passLookedAt(3);
    show();
    assertThat(page.evaluate("location.href")).doesNotContain(server.token());
    view("waits");
    page.evaluate("location.reload()");
    page.await("document.querySelector('#waits tbody tr')?.offsetHeight > 0");
    assertThat(page.errors).isEmpty();
  }

  @Test
  void pause_stopsTheDisplay() throws Exception {
    program.passLookedAt(3);
    show();
    page.press("p");
    assertThat(page.text("#state")).isEqualTo("Paused");
    assertThat(page.text("#pause")).isEqualTo("Go on");
    page.press("p");
    assertThat(page.text("#state")).isEqualTo("Live");
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 400})
  void page_atAWidth_doesNotScrollSideways(int width) throws Exception {
    page.setSize(width, 900);
    program.passLookedAt(60);
    show();
    for (String view : new String[] {"load", "waits", "tasks", "graph"}) {
      view(view);
      page.await("document.querySelector('#view-" + view + " :is(tbody tr, .node)')");
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo("" + width);
    }
    assertThat(page.errors).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void colours_asTheSystemPrefers_orAsChosen(String scheme) throws Exception {
    program.passLookedAt(60);
    page.prefer(scheme);
    show();
    String background = "getComputedStyle(document.body).backgroundColor";
    String preferred = page.evaluate(background);
    assertThat(preferred)
        .isEqualTo(scheme.equals("light") ? "rgb(255, 255, 255)" : "rgb(16, 19, 23)");
    if (Boolean.getBoolean("jasyncio.images.update")) {
      page.click("#timeline .step:last-of-type");
      Files.createDirectories(IMAGES);
      Files.write(IMAGES.resolve("web-" + scheme + ".png"), page.picture());
      page.click("#details button[aria-label=Close]");
      page.setSize(960, 560);
      view("graph");
      page.await("document.querySelector('#graph .node')");
      Files.write(IMAGES.resolve("graph-" + scheme + ".png"), page.picture());
    }
    page.evaluate(
        "const theme = document.getElementById('theme'); theme.value = '"
            + (scheme.equals("light") ? "dark" : "light")
            + "'; theme.dispatchEvent(new Event('change'))");
    assertThat(page.evaluate(background)).isNotEqualTo(preferred);
    page.evaluate("localStorage.clear()");
    assertThat(page.errors).isEmpty();
  }
}
