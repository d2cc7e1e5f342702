package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/// A report as a page that is one file: no script, nothing from elsewhere, and the policy in it
/// forbids both.
final class ReportPage {
  private static final int MAX_ROWS = 40; // of a path
  private static final int MAX_RECTANGLES = 400; // of a time line
  private static final int TICKS = 4;

  private final Report report;
  private final StringBuilder html = new StringBuilder();

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
        "Busy:number",
        "Longest turn:number",
        "Longest ready:number",
        ":");
    for (Report.Loop loop : report.loops()) {
      add(
          "<tr><td class=\"name\">%s</td><td class=\"number\">%s</td><td class=\"number\">%s</td>"
              + "<td class=\"number\">%s</td><td class=\"number\">%s</td><td></td></tr>",
          loop.name(),
          ReportText.number(loop.turns()),
          ReportText.percent(loop.busyNanos(), report.nanos()),
          ReportText.time(loop.longestNanos()),
          ReportText.time(loop.longestReadyNanos()));
    }
    add("</tbody></table></div>\n</section>");
  }

  /// Begins a table.
  ///
  /// @param columns the title of each, a colon, and its class
  private void table(String... columns) {
    html.append("<div class=\"scroll\"><table><thead><tr>");
    for (String column : columns) {
      int colon = column.lastIndexOf(':');
      html.append("<th class=\"")
          .append(column.substring(colon + 1))
          .append("\">")
          .append(column, 0, colon)
          .append("</th>");
    }
    html.append("</tr></thead><tbody>\n");
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
      add(
          "<tr><td class=\"number\">%s</td><td class=\"number\">%s</td>"
              + "<td class=\"name\">%s</td><td>",
          ReportText.time(step.nanos()),
          ReportText.offset(step.at()),
          ReportText.who(step.who(), step.task(), step.function()) + onLoop(step.loop()));
      ReportText.consequences(step).forEach(line -> add("<div>%s</div>", line));
      stack(step.stack());
      add("</td></tr>");
    }
    add("</tbody></table></div>\n</section>");
  }

  private void stack(List<String> stack) {
    if (stack.isEmpty()) {
      return;
    }
    add("<details><summary>%s</summary><ol class=\"stack\">", stack.getFirst());
    stack.forEach(frame -> add("<li>%s</li>", frame));
    add("</ol></details>");
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
    String meanwhile = ReportText.meanwhile(task, part);
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
        "While " + escape(ReportText.name(task.name())) + " waited for:");
    long start = task.path().getFirst().start();
    for (PathPart part : PathPart.longest(task.path(), MAX_ROWS)) {
      add(
          "<tr><td class=\"number\">%s</td><td class=\"number\">%s</td><td class=\"number\">%s</td>"
              + "<td class=\"name\">%s</td><td><span class=\"swatch %s\"></span>%s</td>"
              + "<td>%s</td></tr>",
          ReportText.offset(part.start() - start),
          ReportText.time(part.nanos()),
          ReportText.percent(part.nanos(), task.nanos()),
          ReportText.name(part.who()),
          part.kind().label(),
          ReportText.doing(part),
          ReportText.meanwhile(task, part));
    }
    add("</tbody></table></div>");
  }
}
