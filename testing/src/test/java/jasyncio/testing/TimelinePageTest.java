package jasyncio.testing;

import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.net.Streams;
import jasyncio.testing.TraceEvent.Kind;
import java.io.StringReader;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class TimelinePageTest {
  private static String svg(String page) {
    return page.substring(page.indexOf("<svg"), page.indexOf("</svg>") + "</svg>".length());
  }

  private static Document parsed(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg(page))));
  }

  @Test
  void failureOfASimulation_hasATimeline_besideItsTrace() throws Exception {
    var failure =
        catchThrowableOfType(
            ExplorationFailure.class,
            () ->
                Exploration.of(
                        "half an answer",
                        scope -> {
                          var sim = scope.simulation();
                          sim.host(
                              "server",
                              () ->
                                  Streams.startServer(
                                          (_, writer) -> {
                                            writer.write("hello world\n");
                                            writer.close();
                                          },
                                          7000)
                                      .serveForever());
                          sleep(1);
                          sim.link("server", "test").splitting(0.5);
                          var connection = Streams.openConnection("server", 7000);
                          try (var _ = connection.writer()) {
                            assertThat(connection.reader().read(100)).hasSize(12);
                          }
                        })
                    .simulated()
                    .check());
    var trace = Objects.requireNonNull(failure.trace());
    var page = trace.resolveSibling(trace.getFileName().toString().replace(".txt", ".html"));
    assertThat(failure).hasMessageContaining("\n  timeline:   " + page);
    var html = Files.readString(page);
    assertThat(html).contains("<h1>half an answer</h1>", "half an answer failed in run ");
    parsed(html);
    assertThat(html)
        .contains(">server</text>", ">test</text>", "class=\"DEVIATION\"")
        .containsPattern("<line class=\"MESSAGE\" [^>]*>\n<path class=\"MESSAGE\"")
        .doesNotContain("<script", "http://", "https://", "the last events");
    assertThat(Files.readString(trace)).doesNotContain("MESSAGE");
  }

  @Test
  void message_isAnArrow_fromWhereItsSenderWas() throws Exception {
    var page =
        TimelinePage.of(
            "t",
            "m",
            List.of(
                new TraceEvent(Kind.TURN, 0, "a", "sends"),
                new TraceEvent(Kind.TURN, 0, "b", "waits"),
                new TraceEvent(Kind.MESSAGE, 1_000_000, "a", "a -> b: data", "b", 0),
                new TraceEvent(Kind.LOST, 1_000_000, "b", "b -> a: data", "a", 0)));
    parsed(page);
    // lanes: test at 156, a at 276, b at 396; rows of 18 from 34 on
    assertThat(page)
        .contains("<line class=\"MESSAGE\" x1=\"276\" y1=\"34\" x2=\"396\" y2=\"70\"/>")
        .contains("<line class=\"LOST\" x1=\"396\" y1=\"52\" x2=\"316\" y2=\"88\"/>")
        .contains(">b -&gt; a: data, lost</text>");
  }

  @Test
  void fault_isAtTheHostsThatItNames() {
    var page =
        TimelinePage.of(
            "t",
            "m",
            List.of(
                new TraceEvent(Kind.TURN, 0, "n1", "x"),
                new TraceEvent(Kind.TURN, 0, "n10", "x"),
                new TraceEvent(Kind.DEVIATION, 0, "", "n10 crashes")));
    assertThat(
            Pattern.compile("<circle class=\"DEVIATION\" cx=\"(\\d+)\"")
                .matcher(page)
                .results()
                .map(match -> match.group(1)))
        .containsExactly("396");
  }

  @Test
  void answer_beginsWhereTheQuestionArrived() {
    var page =
        TimelinePage.of(
            "t",
            "m",
            List.of(
                new TraceEvent(Kind.TURN, 0, "a", "asks"),
                new TraceEvent(Kind.MESSAGE, 5, "a", "a -> b: SYN", "b", 0),
                new TraceEvent(Kind.MESSAGE, 9, "b", "b -> a: SYN-ACK", "a", 5)));
    assertThat(page)
        .contains("<line class=\"MESSAGE\" x1=\"396\" y1=\"52\" x2=\"276\" y2=\"70\"/>");
  }

  @Test
  void fault_thatNamesNoHost_isAcrossAllLanes() {
    assertThat(
            TimelinePage.of(
                "t",
                "m",
                List.of(
                    new TraceEvent(Kind.TURN, 0, "a", "x"),
                    new TraceEvent(Kind.DEVIATION, 0, "", "split: 1 of 4"))))
        .contains("<line class=\"DEVIATION\" x1=\"146\" x2=\"286\" y1=\"52\" y2=\"52\"/>");
  }

  @Test
  void text_isText_whateverIsInIt() throws Exception {
    var page =
        TimelinePage.of(
            "</title><script>",
            "<b>\0",
            List.of(new TraceEvent(Kind.TURN, 0, "<i>", "\"&\u0001\ud800 %s %n")));
    parsed(page);
    assertThat(page)
        .contains("<title>&lt;/title&gt;&lt;script&gt;</title>", "<pre>&lt;b&gt;\ufffd</pre>")
        .contains("&quot;&amp;\ufffd\ufffd %s %n</text>");
  }

  @Test
  void run_withVeryManyEvents_hasTheLast() {
    var events = new ArrayList<TraceEvent>();
    for (int i = 0; i < 2500; i++) {
      events.add(new TraceEvent(Kind.TURN, i, "test", "turn " + i + "."));
    }
    assertThat(TimelinePage.of("t", "m", events))
        .contains("<p>500 events before these are left out</p>", "turn 500.", "turn 2499.")
        .doesNotContain("turn 499.");
  }
}
