package jasyncio.testing.internal.disk;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.util.Map;

/// Transfers between channels.
final class TransferScripts {
  private TransferScripts() {}

  static void addTo(Map<String, Transcript.Script> scripts) {
    scripts.put("transfer to", TransferScripts::to);
    scripts.put("transfer from", TransferScripts::from);
  }

  private static void to(Transcript t) throws Exception {
    try (var a = t.open("a", CREATE, READ, WRITE);
        var b = t.open("b", CREATE, READ, WRITE);
        var onlyReading = t.open("b", READ);
        var onlyWriting = t.open("a", WRITE)) {
      a.write(Transcript.bytes(20_000));
      t.get("all", () -> a.transferTo(0, 20_000, b));
      t.get("positions", () -> a.position() + " " + b.position() + " " + b.size());
      t.get("more than there is", () -> a.transferTo(19_000, 5000, b));
      t.get("at the end", () -> a.transferTo(20_000, 10, b));
      t.get("behind the end", () -> a.transferTo(30_000, 10, b));
      t.get("none", () -> a.transferTo(0, 0, b));
      t.get("negative", () -> a.transferTo(-1, 10, b));
      t.get("negative", () -> a.transferTo(0, -1, b));
      t.get("not writable", () -> a.transferTo(0, 1, onlyReading));
      t.get("not readable", () -> onlyWriting.transferTo(0, 1, b));
      var bytes = new ByteArrayOutputStream();
      t.get("other channel", () -> a.transferTo(5, 12_000, Channels.newChannel(bytes)));
      t.get("that", bytes::toByteArray);
      b.position(3);
      t.get("in the middle", () -> a.transferTo(100, 50, b));
      t.get("position", b::position);
    }
    t.content("b");
  }

  private static void from(Transcript t) throws Exception {
    try (var a = t.open("a", CREATE, READ, WRITE);
        var b = t.open("b", CREATE, READ, WRITE);
        var onlyReading = t.open("b", READ);
        var onlyWriting = t.open("a", WRITE)) {
      a.write(Transcript.bytes(20_000)); // its position is at the end
      t.get("from the end", () -> b.transferFrom(a, 0, 100));
      a.position(0);
      t.get("some", () -> b.transferFrom(a, 0, 100));
      t.get("positions", () -> a.position() + " " + b.position() + " " + b.size());
      t.get("rest", () -> b.transferFrom(a, 100, 50_000));
      t.get("positions", () -> a.position() + " " + b.position() + " " + b.size());
      a.position(0);
      t.get("behind the end", () -> b.transferFrom(a, 30_000, 10));
      t.get("size", b::size);
      t.get("negative", () -> b.transferFrom(a, -1, 10));
      t.get("negative", () -> b.transferFrom(a, 0, -1));
      t.get("not writable", () -> onlyReading.transferFrom(a, 0, 1));
      t.get("not readable", () -> b.transferFrom(onlyWriting, 0, 1));
      var source = Channels.newChannel(new ByteArrayInputStream(Transcript.bytes(9000).array()));
      t.get("other channel", () -> b.transferFrom(source, 7, 8500));
      t.get("and more", () -> b.transferFrom(source, 7, 8500));
      try (var c = t.open("b", APPEND)) {
        a.position(0);
        t.get("appended", () -> c.transferFrom(a, 0, 10));
        t.get("size", c::size);
      }
    }
    t.content("b");
  }
}
