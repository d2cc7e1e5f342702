package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A page that lists a folder. No name can become a part of it: texts are escaped as HTML, and
/// addresses byte by byte.
public final class FolderPage {
  private static final int MOST = 10_000;
  private static final String UNRESERVED = "-._~"; // beside letters and digits: RFC 3986
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Comparator<Entry> ORDER =
      Comparator.comparing((Entry entry) -> !entry.isFolder())
          .thenComparing(Entry::name, String.CASE_INSENSITIVE_ORDER)
          .thenComparing(Entry::name);
  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <meta name="color-scheme" content="light dark">
      <title>TITLE</title>
      <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.25rem; overflow-wrap: anywhere; }
      table { width: 100%; border-collapse: collapse; }
      th { text-align: left; font-weight: 600; }
      td, th { padding: .25rem .5rem; border-bottom: 1px solid color-mix(in srgb, CanvasText 15%, Canvas); }
      td:first-child { overflow-wrap: anywhere; }
      .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
      a { text-decoration: none; }
      a:hover { text-decoration: underline; }
      </style>
      </head>
      <body>
      <h1>TITLE</h1>
      <table>
      <thead><tr><th>Name</th><th class="number">Size</th><th class="number">Changed (UTC)</th></tr></thead>
      <tbody>
      """;

  private record Entry(String name, boolean isFolder, long size, Instant changed) {}

  private final String path;
  private final boolean hasParent;
  private final List<Entry> entries = new ArrayList<>();
  private boolean isCut;

  /// @param path of the folder, as the client knows it, decoded
  /// @param hasParent whether there is a folder above it to go to
  public FolderPage(String path, boolean hasParent) {
    this.path = path;
    this.hasParent = hasParent;
  }

  /// Adds a name, if it is that of a file or a folder.
  ///
  /// @param name the name
  /// @param attributes what it is, or `null` if it is not to be shown
  /// @return whether there is room for more
  public boolean add(String name, @Nullable BasicFileAttributes attributes) {
    if (attributes == null || !(attributes.isDirectory() || attributes.isRegularFile())) {
      return true;
    } else if (entries.size() == MOST) {
      isCut = true;
      return false;
    }
    var changed = attributes.lastModifiedTime().toInstant();
    return entries.add(new Entry(name, attributes.isDirectory(), attributes.size(), changed));
  }

  /// {@return the page}
  public String toHtml() {
    entries.sort(ORDER);
    var page = new StringBuilder(HEAD.replace("TITLE", escape(path)));
    if (hasParent) {
      page.append("<tr><td><a href=\"../\">..</a></td><td></td><td></td></tr>\n");
    }
    for (var entry : entries) {
      var slash = entry.isFolder ? "/" : "";
      page.append("<tr><td><a href=\"")
          .append("./" + encode(entry.name) + slash) // with a colon it would be another scheme
          .append("\">")
          .append(escape(entry.name) + slash)
          .append("</a></td><td class=\"number\">")
          .append(entry.isFolder ? "" : size(entry.size))
          .append("</td><td class=\"number\">")
          .append(TIME.format(entry.changed))
          .append("</td></tr>\n");
    }
    page.append("</tbody>\n</table>\n");
    if (isCut) {
      page.append("<p>There is more in this folder than these " + MOST + ".</p>\n");
    } else if (entries.isEmpty()) {
      page.append("<p>This folder is empty.</p>\n");
    }
    return page.append("</body>\n</html>\n").toString();
  }

  private static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double size = bytes;
    int unit = -1;
    do {
      size /= 1024;
      unit++;
    } while (size >= 1023.95);
    return String.format(Locale.ROOT, "%.1f %ciB", size, "KMGTPE".charAt(unit));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String encode(String name) {
    var encoded = new StringBuilder();
    for (byte b : name.getBytes(UTF_8)) {
      boolean stays =
          (b >= 'a' && b <= 'z')
              || (b >= 'A' && b <= 'Z')
              || (b >= '0' && b <= '9')
              || UNRESERVED.indexOf(b) >= 0;
      if (stays) {
        encoded.append((char) b);
      } else {
        encoded.append(String.format("%%%02X", b));
      }
    }
    return encoded.toString();
  }
}
