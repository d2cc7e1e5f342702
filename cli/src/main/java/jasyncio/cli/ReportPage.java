package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A report as a page that is one file: no script, nothing from elsewhere, and the policy in it
/// forbids both.
final class ReportPage {
  private static final int MAX_ROWS = 40; // of a path
  private static final int MAX_RECTANGLES = 400; // of a time line
  private static final int TICKS = 4;

  private final Report report;
  private final StringBuilder html = new StringBuilder();
  private final List<Column> columns = new ArrayList<>(); // of the table that is being written

  private record Column(String title, String style) {}

  private ReportPage(Report report) {
    this.report = report;
  }

  /// The page.
  ///
  /// @param zone that of the time at which it begins
  static String of(Report report, ZoneId zone) {
    var page = new ReportPage(report);
    page.head(zone);
    page.loops();
    page.steps();
    page.tasks();
    return page.html.append("</main>\n</body>\n</html>\n").toString();
  }

  private static String style() {
    try (var in =
        Objects.requireNonNull(
            ReportPage.class.getResourceAsStream("/jasyncio/cli/report/style.css"))) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A text that is text, whatever is in it.
  static String escape(String text) {
    return Visit.plain(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /// Adds a template, with texts in the places of its `%s`, each escaped.
  private void add(String template, String... texts) {
    Object[] escaped = Stream.of(texts).map(ReportPage::escape).toArray();
    html.append(template.formatted(escaped)).append('\n');
  }

  // ---- the whole --------------------------------------------------------------------------------

  private void head(ZoneId zone) {
    add(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>%s</title>
        <style>\
        """,
        report.file());
    html.append(style());
    add(
        """
        </style>
        </head>
        <body>
        <header><h1><span class="mark">jasyncio report</span> %s</h1><p>%s</p></header>
        <main>\
        """,
        report.file(), ReportText.span(report, zone));
    ReportText.notes(report).forEach(note -> add("<p class=\"note\">%s</p>", note));
  }

  private void loops() {
    add("<section id=\"loops\">\n<h2>Loops</h2>");
    table(
        "Loop:name",
        "Turns:number",
        "In turns:number",
        "Longest turn:number",
        "Longest ready:number",
        ":");
    for (Report.Loop loop : report.loops()) {
      row(
          escape(loop.name()),
          ReportText.number(loop.turns()),
          ReportText.percent(loop.busyNanos(), report.nanos()),
          ReportText.time(loop.longestNanos()),
          ReportText.time(loop.longestReadyNanos()),
          "");
    }
    add("</tbody></table></div>\n</section>");
  }

  /// Begins a table.
  ///
  /// @param titles the title of each column, a colon, and its class
  private void table(String... titles) {
    columns.clear();
    html.append("<div class=\"scroll\"><table><thead><tr>");
    for (String title : titles) {
      int colon = title.lastIndexOf(':');
      var column = new Column(escape(title.substring(0, colon)), title.substring(colon + 1));
      columns.add(column);
      html.append("<th class=\"%s\">%s</th>".formatted(column.style, column.title));
    }
    html.append("</tr></thead><tbody>\n");
  }

  /// Adds a row, whose cells are HTML. On a narrow screen each is a line with the column's title.
  private void row(String... cells) {
    html.append("<tr>");
    for (int i = 0; i < cells.length; i++) {
      Column column = columns.get(i);
      html.append("<td class=\"%s\" data-title=\"%s\">".formatted(column.style, column.title))
          .append(cells[i])
          .append("</td>");
    }
    html.append("</tr>\n");
  }

  private String onLoop(String loop) {
    return report.loops().size() > 1 ? ", on " + loop : "";
  }

  // ---- steps ------------------------------------------------------------------------------------

  private void steps() {
    if (report.steps().isEmpty()) {
      return;
    }
    add("<section id=\"steps\">\n<h2>Slowest steps</h2>");
    table("Took:number", "From:number", "Who:name", "What it did, and where it was seen:");
    for (SlowStep step : report.steps()) {
      row(
          ReportText.time(step.nanos()),
          ReportText.offset(step.at()),
          escape(ReportText.who(step.who(), step.task(), step.function()) + onLoop(step.loop())),
          consequences(step) + stack(step));
    }
    add("</tbody></table></div>\n</section>");
  }

  private static String consequences(SlowStep step) {
    return ReportText.consequences(step).stream()
        .map(line -> "<div>" + escape(line) + "</div>")
        .collect(Collectors.joining());
  }

  private static String stack(SlowStep step) {
    if (step.stack().isEmpty()) {
      return ReportText.wasNotSeen(step)
          ? "<div class=\"quiet\">" + escape(ReportText.notSeen(step.nanos())) + "</div>"
          : "";
    }
    return "<details><summary>"
        + escape(step.stack().getFirst())
        + "</summary><ol class=\"stack\">"
        + step.stack().stream()
            .map(frame -> "<li>" + escape(frame) + "</li>")
            .collect(Collectors.joining())
        + "</ol></details>";
  }

  // ---- tasks ------------------------------------------------------------------------------------

  private void tasks() {
    if (report.tasks().isEmpty()) {
      return;
    }
    add("<section id=\"tasks\">\n<h2>Slowest tasks</h2>");
    report.tasks().forEach(this::task);
    if (report.partly() > 0) {
      add(
          "<p class=\"quiet\">%s more, only partly recorded</p>",
          ReportText.count(report.partly(), "task"));
    }
    add("</section>");
  }

  private void task(TaskReport task) {
    add(
        "<article>\n<h3><span class=\"time\">%s</span> %s <span class=\"quiet\">%s</span></h3>\n<p>%s</p>",
        ReportText.time(task.nanos()),
        ReportText.who(task.name(), task.number(), task.function()),
        "from " + ReportText.offset(task.at()) + onLoop(task.loop()) + ReportText.partly(task),
        ReportText.shares(task));
    if (task.waitedNanos() > 0) {
      add("<p>waited for: %s</p>", ReportText.list(task.waits(), task.nanos()));
    }
    add("<p>critical path, by cause: %s</p>", ReportText.list(task.causes(), task.nanos()));
    if (!task.path().isEmpty() && task.nanos() > 0) {
      timeLine(task);
      legend(task);
      path(task);
    }
    add("</article>");
  }

  private void timeLine(TaskReport task) {
    add("<svg height=\"96\" role=\"img\" aria-label=\"%s\">", "Time line of " + task.name());
    add("<text y=\"10\">critical path</text>");
    lane(task, task.path(), 15, 22);
    add("<text y=\"52\">%s</text>", ReportText.name(task.name()) + " itself");
    lane(task, task.alone(), 57, 12);
    for (int i = 0; i <= TICKS; i++) {
      String x = percent(i, TICKS);
      String anchor = i == 0 ? "start" : i == TICKS ? "end" : "middle";
      add(
          "<line x1=\"%s\" x2=\"%s\" y1=\"72\" y2=\"78\"/>"
              + "<text x=\"%s\" y=\"90\" text-anchor=\"%s\">%s</text>",
          x, x, x, anchor, ReportText.time(task.nanos() * i / TICKS));
    }
    add("</svg>");
  }

  private void lane(TaskReport task, List<PathPart> parts, int y, int height) {
    long start = task.path().getFirst().start();
    for (PathPart part : PathPart.longest(parts, MAX_RECTANGLES)) {
      add(
          "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"><title>%s</title></rect>",
          part.kind().label(),
          percent(part.start() - start, task.nanos()),
          Integer.toString(y),
          percent(part.nanos(), task.nanos()),
          Integer.toString(height),
          title(task, part));
    }
  }

  private static String title(TaskReport task, PathPart part) {
    String meanwhile = ReportText.name(part.meanwhile());
    return (ReportText.name(part.who()) + " " + ReportText.doing(part)).strip()
        + ": "
        + ReportText.time(part.nanos())
        + ", "
        + ReportText.percent(part.nanos(), task.nanos())
        + (meanwhile.isEmpty() ? "" : "; " + task.name() + " waited for " + meanwhile);
  }

  private static String percent(long part, long whole) {
    return String.format(Locale.ROOT, "%.4f%%", 100.0 * part / whole);
  }

  private void legend(TaskReport task) {
    var kinds = new ArrayList<PathKind>();
    Stream.concat(task.path().stream(), task.alone().stream())
        .map(PathPart::kind)
        .distinct()
        .sorted()
        .forEach(kinds::add);
    add("<ul class=\"legend\">");
    kinds.forEach(kind ->
        add(
            "<li><span class=\"swatch %s\"></span>%s</li>",
            kind.label(), (kind.isWait() ? "waits for " : "") + kind.title));
    add("</ul>");
  }

  private void path(TaskReport task) {
    table(
        "From:number",
        "Time:number",
        "Share:number",
        "Who:name",
        "Did what:long",
        "While " + ReportText.name(task.name()) + " waited for:");
    long start = task.path().getFirst().start();
    PathPart.Summary summary = ReportText.summary(task, MAX_ROWS);
    for (PathPart part : summary.rows()) {
      row(
          ReportText.offset(part.start() - start),
          ReportText.time(part.nanos()),
          ReportText.percent(part.nanos(), task.nanos()),
          escape(ReportText.name(part.who())),
          swatch(part.kind()) + escape(ReportText.doing(part)),
          escape(ReportText.name(part.meanwhile())));
    }
    if (summary.left() > 0) {
      row(
          "between",
          ReportText.time(summary.leftNanos()),
          ReportText.percent(summary.leftNanos(), task.nanos()),
          "",
          swatch(PathKind.SHORTER) + escape(ReportText.left(summary)),
          "");
    }
    add("</tbody></table></div>");
  }

  private static String swatch(PathKind kind) {
    return "<span class=\"swatch " + kind.label() + "\"></span>";
  }
}
