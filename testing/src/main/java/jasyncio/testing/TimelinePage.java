package jasyncio.testing;

import static java.util.stream.Collectors.joining;

import jasyncio.testing.TraceEvent.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// A run of a simulation as a page: hosts are lanes, time goes down, messages are arrows. It is one
/// file, with no script and nothing from elsewhere, light or dark as the reader has it.
final class TimelinePage {
  private static final int MOST_ROWS = 2000; // the last ones
  private static final int ROW = 18;
  private static final int HEAD = 34;
  private static final int TIMES = 96; // the column of them
  private static final int LANE = 120;
  private static final int SHORT = 40; // of a lane: where what is lost ends
  private static final int LETTER = 8; // at most so wide

  private static final String STYLE =
      """
      :root { color-scheme: light dark; --back: #fff; --ink: #1c2128; --quiet: #687078;
        --lane: #c6cdd5; --turn: #2f6fb2; --note: #8a6100; --fault: #c02626; --message: #2c7a4b; }
      @media (prefers-color-scheme: dark) { :root { --back: #14181d; --ink: #e4e8ec;
        --quiet: #98a2ad; --lane: #3b444e; --turn: #74aef0; --note: #e0b04c; --fault: #ff7a70;
        --message: #6fce94; } }
      body { margin: 1.5rem; background: var(--back); color: var(--ink); font: 14px/1.5 sans-serif; }
      h1 { font-size: 1.2rem; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      pre, text { font: 12px/1.5 ui-monospace, monospace; }
      .scroll { overflow-x: auto; }
      text { fill: var(--ink); }
      text.TURN, .time { fill: var(--quiet); }
      text.NOTE { fill: var(--note); }
      text.DEVIATION, text.LOST { fill: var(--fault); }
      text.host { font-weight: bold; text-anchor: middle; }
      .lane { stroke: var(--lane); }
      circle.TURN { fill: var(--turn); }
      circle.NOTE { fill: var(--note); }
      circle.DEVIATION { fill: var(--fault); }
      line.MESSAGE { stroke: var(--message); }
      path.MESSAGE { fill: var(--message); }
      line.NOTE { stroke: var(--note); stroke-dasharray: 2 3; }
      line.DEVIATION { stroke: var(--fault); stroke-dasharray: 2 3; }
      line.LOST { stroke: var(--fault); stroke-dasharray: 4 3; }
      path.LOST { fill: none; stroke: var(--fault); stroke-width: 2; }
      """;

  private final List<TraceEvent> events; // a row each
  private final List<String> hosts;
  private final StringBuilder svg = new StringBuilder();

  private TimelinePage(List<TraceEvent> events) {
    this.events = events;
    Set<String> all = new LinkedHashSet<>(List.of(SimulatedWorld.TEST));
    for (var event : events) {
      all.add(event.host());
      all.add(event.to());
    }
    all.remove("");
    hosts = new ArrayList<>(all);
  }

  /// The page.
  ///
  /// @param name of the test
  /// @param message what was said of the failure
  /// @param trace what happened
  static String of(String name, String message, List<TraceEvent> trace) {
    int left = Math.max(0, trace.size() - MOST_ROWS);
    var page = new TimelinePage(trace.subList(left, trace.size()));
    page.draw();
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>%s</title>
    <style>
    %s</style>
    </head>
    <body>
    <h1>%s</h1>
    <pre>%s</pre>
    %s<div class="scroll">
    %s</div>
    </body>
    </html>
    """
        .formatted(
            escape(name),
            STYLE,
            escape(name),
            escape(message),
            left == 0 ? "" : "<p>" + left + " events before these are left out</p>\n",
            page.svg);
  }

  // ---- the drawing ------------------------------------------------------------------------------

  private void draw() {
    int longest = events.stream().mapToInt(e -> e.text().length()).max().orElse(0);
    int height = y(events.size()) + ROW;
    svg.append(
        "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"timeline\">\n"
            .formatted(textX() + longest * LETTER, height));
    for (var host : hosts) {
      add("<text class=\"host\" x=\"%d\" y=\"16\">%s</text>".formatted(x(host), escape(host)));
      add(
          "<line class=\"lane\" x1=\"%1$d\" x2=\"%1$d\" y1=\"%2$d\" y2=\"%3$d\"/>"
              .formatted(x(host), HEAD - 10, height));
    }
    for (int row = 0; row < events.size(); row++) {
      draw(row);
    }
    svg.append("</svg>\n");
  }

  private void draw(int row) {
    var event = events.get(row);
    if (row == 0 || events.get(row - 1).at() != event.at()) {
      add(
          "<text class=\"time\" x=\"0\" y=\"%d\">%s</text>"
              .formatted(y(row) + 4, VirtualTime.text(event.at())));
    }
    if (event.isMessage()) {
      arrow(row, event);
    } else {
      mark(row, event);
    }
    add(
        "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>"
            .formatted(
                event.kind(),
                textX(),
                y(row) + 4,
                escape(
                    (event.kind() == Kind.DEVIATION ? "! " : "")
                        + event.text()
                        + (event.kind() == Kind.LOST ? ", lost" : ""))));
  }

  /// A point on each lane that it is of; across all of them if that is not known.
  private void mark(int row, TraceEvent event) {
    var lanes = lanes(event);
    for (var host : lanes) {
      add(
          "<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"4\"/>"
              .formatted(event.kind(), x(host), y(row)));
    }
    if (lanes.isEmpty()) {
      add(
          "<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%4$d\" y2=\"%4$d\"/>"
              .formatted(event.kind(), x(hosts.getFirst()) - 10, x(hosts.getLast()) + 10, y(row)));
    }
  }

  /// From where the sender was when it was sent, to here; what is lost ends shortly before.
  private void arrow(int row, TraceEvent event) {
    int x1 = x(event.host());
    int y1 = y(sentAt(row, event));
    boolean lost = event.kind() == Kind.LOST;
    int end = x(event.to());
    int x2 = !lost ? end : end > x1 ? end - SHORT : end + SHORT;
    int y2 = y(row);
    add(
        "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
            .formatted(event.kind(), x1, y1, x2, y2));
    int back = x2 > x1 ? -7 : 7;
    add(
        (lost
                ? "<path class=\"%s\" d=\"M%2$d %3$d m-4 -4 l8 8 m0 -8 l-8 8\"/>"
                : "<path class=\"%s\" d=\"M%2$d %3$d l%4$d -4 v8 z\"/>")
            .formatted(event.kind(), x2, y2, back));
  }

  /// The row of the last that the sender did, or got, by then.
  private int sentAt(int row, TraceEvent event) {
    for (int i = row - 1; i >= 0; i--) {
      var before = events.get(i);
      boolean isOfSender =
          (before.isMessage() ? before.to() : before.host()).equals(event.host())
              && before.kind() != Kind.LOST;
      if (before.at() < event.sent() || (before.at() == event.sent() && isOfSender)) {
        return i;
      }
    }
    return row;
  }

  /// Where something is to be seen: at the hosts that the text names if it is at none itself.
  private List<String> lanes(TraceEvent event) {
    return event.host().isEmpty()
        ? hosts.stream().filter(host -> names(event.text(), host)).toList()
        : List.of(event.host());
  }

  private static boolean names(String text, String host) {
    return Pattern.compile("(?<![\\w-])" + Pattern.quote(host) + "(?![\\w-])").matcher(text).find();
  }

  private void add(String element) {
    svg.append(element).append('\n');
  }

  private int x(String host) {
    return TIMES + LANE / 2 + LANE * hosts.indexOf(host);
  }

  private static int y(int row) {
    return HEAD + ROW * row;
  }

  private int textX() {
    return TIMES + LANE * hosts.size() + 10;
  }

  /// As text of a page, with what is no character of XML left out.
  private static String escape(String text) {
    return text.codePoints()
        .mapToObj(c ->
            switch (c) {
              case '&' -> "&amp;";
              case '<' -> "&lt;";
              case '>' -> "&gt;";
              case '"' -> "&quot;";
              default ->
                  (c < ' ' && c != '\n') || (c >= 0xd800 && c <= 0xdfff)
                      ? "\ufffd"
                      : Character.toString(c);
            })
        .collect(joining());
  }
}
