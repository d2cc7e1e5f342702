package jasyncio.http.internal;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// What kind of file a name stands for. A list of our own: that of the system differs from machine
/// to machine, and would have pages work on one and not on the other.
public final class ContentTypes {
  private static final String OTHER = "application/octet-stream";
  private static final Map<String, String> TYPES = new HashMap<>();

  static {
    for (var line :
        """
        text/html; charset=utf-8: html htm
        text/css; charset=utf-8: css
        text/javascript; charset=utf-8: js mjs
        text/plain; charset=utf-8: txt log
        text/markdown; charset=utf-8: md
        text/csv; charset=utf-8: csv
        text/xml; charset=utf-8: xml
        text/calendar; charset=utf-8: ics
        text/vtt; charset=utf-8: vtt
        application/json: json map
        application/manifest+json: webmanifest
        application/ld+json: jsonld
        application/wasm: wasm
        application/pdf: pdf
        application/rtf: rtf
        application/zip: zip
        application/gzip: gz tgz
        application/zstd: zst
        application/x-tar: tar
        application/x-bzip2: bz2
        application/x-xz: xz
        application/x-7z-compressed: 7z
        application/java-archive: jar
        application/epub+zip: epub
        application/atom+xml: atom
        application/rss+xml: rss
        application/xhtml+xml: xhtml
        application/msword: doc
        application/vnd.openxmlformats-officedocument.wordprocessingml.document: docx
        application/vnd.ms-excel: xls
        application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: xlsx
        application/vnd.ms-powerpoint: ppt
        application/vnd.openxmlformats-officedocument.presentationml.presentation: pptx
        application/vnd.oasis.opendocument.text: odt
        application/vnd.oasis.opendocument.spreadsheet: ods
        image/png: png
        image/jpeg: jpg jpeg
        image/gif: gif
        image/webp: webp
        image/avif: avif
        image/bmp: bmp
        image/tiff: tif tiff
        image/svg+xml: svg
        image/vnd.microsoft.icon: ico
        audio/mpeg: mp3
        audio/ogg: ogg oga opus
        audio/wav: wav
        audio/aac: aac
        audio/flac: flac
        audio/mp4: m4a
        video/mp4: mp4 m4v
        video/webm: webm
        video/ogg: ogv
        video/quicktime: mov
        video/x-matroska: mkv
        font/woff: woff
        font/woff2: woff2
        font/ttf: ttf
        font/otf: otf
        """
            .strip()
            .split("\n", -1)) {
      int colon = line.lastIndexOf(": ");
      for (var extension : line.substring(colon + 2).split(" ", -1)) {
        TYPES.put(extension, line.substring(0, colon));
      }
    }
  }

  private ContentTypes() {}

  /// {@return the type, for `Content-Type`}
  ///
  /// @param name the name of a file
  public static String of(String name) {
    var extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return TYPES.getOrDefault(extension, OTHER);
  }
}
