package jasyncio.testing.internal.disk;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Reading, writing and the rest of what an open channel does.
final class ChannelScripts {
  private ChannelScripts() {}

  static void addTo(Map<String, Transcript.Script> scripts) {
    scripts.put("read and write", ChannelScripts::readAndWrite);
    scripts.put("positions", ChannelScripts::positions);
    scripts.put("holes", ChannelScripts::holes);
    scripts.put("truncate", ChannelScripts::truncate);
    scripts.put("append", ChannelScripts::append);
    scripts.put("empty buffers", ChannelScripts::emptyBuffers);
    scripts.put("scatter and gather", ChannelScripts::scatterAndGather);
    scripts.put("bad arguments", ChannelScripts::badArguments);
    scripts.put("closed", ChannelScripts::closed);
    scripts.put("two channels", ChannelScripts::twoChannels);
    scripts.put("far positions", ChannelScripts::farPositions);
    scripts.put("maps", ChannelScripts::maps);
    scripts.put("interrupted", ChannelScripts::interrupted);
    scripts.put("directories", ChannelScripts::directories);
  }

  private static FileChannel open(Transcript t) throws IOException {
    return t.open("f", CREATE, READ, WRITE);
  }

  private static byte[] read(FileChannel c, int n, long at) throws IOException {
    var buffer = ByteBuffer.allocate(n);
    int read = c.read(buffer, at);
    return java.util.Arrays.copyOf(buffer.array(), Math.max(read, 0));
  }

  private static void readAndWrite(Transcript t) throws IOException {
    try (var c = open(t)) {
      t.get("read of nothing", () -> c.read(ByteBuffer.allocate(5)));
      t.get("write", () -> c.write(Transcript.bytes("hello world")));
      t.get("position", c::position);
      t.get("read at the end", () -> c.read(ByteBuffer.allocate(5)));
      t.get("back", () -> c.position(6).position());
      t.get("read", () -> c.read(ByteBuffer.allocate(3)));
      t.get("rest", () -> c.read(ByteBuffer.allocate(30)));
      t.get("at", () -> read(c, 5, 3));
      t.get("at, over the end", () -> read(c, 50, 3));
      t.get("at the end", () -> read(c, 5, 11));
      t.get("behind the end", () -> read(c, 5, 12));
      t.get("large", () -> c.write(Transcript.bytes(20_000), 4090));
      t.get("size", c::size);
      t.get("across pages", () -> read(c, 10_000, 4000));
      t.get("over a page's border", () -> c.write(Transcript.bytes("border"), 8189));
      t.get("that", () -> read(c, 20, 8180));
      t.get("direct", () -> c.read(ByteBuffer.allocateDirect(100), 5000));
      t.get(
          "slice",
          () -> {
            var buffer = ByteBuffer.allocate(20).position(5).limit(8);
            c.read(buffer, 0);
            return buffer + new String(buffer.array(), 5, 3, StandardCharsets.UTF_8);
          });
    }
    t.content("f");
  }

  private static void positions(Transcript t) throws IOException {
    try (var c = open(t)) {
      t.get("negative", () -> c.position(-1));
      t.get("beyond", () -> c.position(100).position());
      t.get("size", c::size);
      t.get("read there", () -> c.read(ByteBuffer.allocate(1)));
      t.get("position", c::position);
      t.get("write there", () -> c.write(Transcript.bytes("x")));
      t.get("size", c::size);
      t.get(
          "positional does not move",
          () -> {
            c.write(Transcript.bytes("yy"), 3);
            return c.position();
          });
      t.get("again", () -> c.position(0).write(Transcript.bytes("z")));
    }
    t.content("f");
  }

  private static void holes(Transcript t) throws IOException {
    try (var c = open(t)) {
      t.get("far", () -> c.write(Transcript.bytes("end"), 100_000));
      t.get("hole", () -> read(c, 20_000, 50_000));
      t.get("into the hole", () -> c.write(Transcript.bytes("mid"), 50_000));
      t.get("around", () -> read(c, 10_000, 45_000));
      t.get("shorter", () -> c.truncate(50_001).size());
      t.get("longer again", () -> c.write(Transcript.bytes("new"), 60_000));
      t.get("zeros between", () -> read(c, 15_000, 49_999));
    }
    t.content("f");
  }

  private static void truncate(Transcript t) throws IOException {
    try (var c = open(t)) {
      c.write(Transcript.bytes(10_000));
      t.get("negative", () -> c.truncate(-1));
      t.get("longer", () -> c.truncate(20_000).size());
      t.get("position", c::position);
      t.get("same", () -> c.truncate(10_000).position());
      t.get("shorter", () -> c.truncate(5000).position());
      t.get("size", c::size);
      t.get("behind", () -> c.write(Transcript.bytes("x"), 9000));
      t.get("what was cut is zero", () -> read(c, 5000, 4990));
      t.get("to a page", () -> c.position(100).truncate(4096).position());
      t.get("to nothing", () -> c.truncate(0).position());
      t.get("size", c::size);
      t.get("read", () -> c.read(ByteBuffer.allocate(1)));
      t.get("longer with a position beyond", () -> c.position(50).truncate(60).position());
    }
    try (var c = t.open("f", READ)) {
      t.get("not writable", () -> c.truncate(0));
      t.get("not writable, negative", () -> c.truncate(-1));
    }
  }

  private static void append(Transcript t) throws IOException {
    t.write("f", "start");
    try (var c = t.open("f", APPEND)) {
      t.get("position", c::position);
      t.get("write", () -> c.write(Transcript.bytes(" middle")));
      t.get("position", c::position);
      t.get("back", () -> c.position(1).position());
      t.get("write all the same", () -> c.write(Transcript.bytes(" end")));
      t.get("position", c::position);
      t.get("at", () -> c.write(Transcript.bytes("!"), 0));
      t.get("size", c::size);
      t.get("read", () -> c.read(ByteBuffer.allocate(1)));
      t.get("truncate", () -> c.truncate(3).position());
      t.get("after", () -> c.write(Transcript.bytes("?")));
      t.get(
          "gather", () -> c.write(new ByteBuffer[] {Transcript.bytes("1"), Transcript.bytes("2")}));
    }
    t.content("f");
  }

  private static void emptyBuffers(Transcript t) throws IOException {
    try (var c = open(t)) {
      var none = ByteBuffer.allocate(0);
      t.get("read of nothing", () -> c.read(none));
      t.get("write", () -> c.write(none));
      t.get("write far", () -> c.write(none, 1000));
      t.get("size", c::size);
      c.write(Transcript.bytes("abc"));
      t.get("read at the end", () -> c.read(none));
      t.get("read at", () -> c.read(none, 0));
      t.get("read behind", () -> c.read(none, 50));
      t.get("read none", () -> c.read(new ByteBuffer[0]));
      t.get("write none", () -> c.write(new ByteBuffer[0]));
      t.get("read two empty", () -> c.read(new ByteBuffer[] {none, none}));
    }
  }

  private static void scatterAndGather(Transcript t) throws IOException {
    try (var c = open(t)) {
      var three =
          new ByteBuffer[] {
            Transcript.bytes("one"), Transcript.bytes(""), Transcript.bytes("three")
          };
      t.get("gather", () -> c.write(three));
      t.get("left", () -> three[2].remaining());
      t.get("position", c::position);
      t.get(
          "part",
          () ->
              c.write(
                  new ByteBuffer[] {
                    Transcript.bytes("a"), Transcript.bytes("b"), Transcript.bytes("c")
                  },
                  1,
                  1));
      var targets =
          new ByteBuffer[] {
            ByteBuffer.allocate(2), ByteBuffer.allocate(0), ByteBuffer.allocate(50)
          };
      t.get("scatter", () -> c.position(1).read(targets));
      t.get("read", () -> targets[0].position() + " " + targets[2].position());
      t.get(
          "at the end",
          () -> c.read(new ByteBuffer[] {ByteBuffer.allocate(2), ByteBuffer.allocate(2)}));
      t.get("full ones", () -> c.position(0).read(new ByteBuffer[] {targets[0], targets[1]}));
      t.get("bad range", () -> c.read(targets, 2, 5));
      t.get("bad range", () -> c.write(targets, -1, 1));
    }
    t.content("f");
  }

  private static void badArguments(Transcript t) throws IOException {
    try (var c = open(t)) {
      t.get("read at -1", () -> c.read(ByteBuffer.allocate(1), -1));
      t.get("write at -1", () -> c.write(ByteBuffer.allocate(1), -1));
      t.get("read-only buffer", () -> c.read(ByteBuffer.allocate(1).asReadOnlyBuffer()));
      t.get("read-only buffer at", () -> c.read(ByteBuffer.allocate(1).asReadOnlyBuffer(), 0));
      t.get(
          "read-only buffers",
          () -> c.read(new ByteBuffer[] {ByteBuffer.allocate(1).asReadOnlyBuffer()}));
    }
    try (var c = t.open("f", READ)) {
      t.get("write", () -> c.write(ByteBuffer.allocate(1)));
      t.get("write at", () -> c.write(ByteBuffer.allocate(1), 0));
      t.get("gather", () -> c.write(new ByteBuffer[] {ByteBuffer.allocate(1)}));
      t.run("force", () -> c.force(false));
    }
    try (var c = t.open("f", WRITE)) {
      t.get("read", () -> c.read(ByteBuffer.allocate(1)));
      t.get("read at", () -> c.read(ByteBuffer.allocate(1), 0));
      t.get("scatter", () -> c.read(new ByteBuffer[] {ByteBuffer.allocate(1)}));
    }
  }

  private static void closed(Transcript t) throws IOException {
    var c = open(t);
    c.close();
    c.close();
    t.get("open", c::isOpen);
    t.get("read", () -> c.read(ByteBuffer.allocate(1)));
    t.get("read at", () -> c.read(ByteBuffer.allocate(1), 0));
    t.get("write", () -> c.write(ByteBuffer.allocate(1)));
    t.get("size", c::size);
    t.get("position", c::position);
    t.get("position -1", () -> c.position(-1));
    t.get("truncate", () -> c.truncate(0));
    t.get("truncate -1", () -> c.truncate(-1));
    t.run("force", () -> c.force(true));
    t.get("lock", c::lock);
    t.get("map", () -> c.map(FileChannel.MapMode.READ_ONLY, 0, 1));
    t.get("transfer to", () -> c.transferTo(0, 1, c));
    t.get("transfer from", () -> c.transferFrom(c, 0, 1));
  }

  private static void twoChannels(Transcript t) throws IOException {
    try (var a = open(t);
        var b = open(t)) {
      a.write(Transcript.bytes("from a"));
      t.get("seen by b", () -> read(b, 10, 0));
      t.get("b's position", b::position);
      b.truncate(2);
      t.get("size for a", a::size);
      t.get("a's position", a::position);
      t.get("a writes", () -> a.write(Transcript.bytes("!")));
      t.get("a hole", () -> read(b, 10, 0));
    }
  }

  private static void farPositions(Transcript t) throws IOException {
    try (var c = open(t)) {
      t.get("far", () -> c.write(Transcript.bytes("x"), 1L << 40));
      t.get("size", c::size);
      t.get("read", () -> read(c, 3, (1L << 40) - 1));
      t.get("read too far", () -> c.read(ByteBuffer.allocate(1), Long.MAX_VALUE - 10));
      t.get("truncate", () -> c.truncate(3).size());
    }
  }

  private static void maps(Transcript t) throws IOException {
    try (var c = open(t)) {
      c.write(Transcript.bytes(10_000));
      t.get(
          "read only",
          () -> {
            var map = c.map(FileChannel.MapMode.READ_ONLY, 5, 5000);
            var bytes = new byte[map.remaining()];
            map.get(bytes);
            return bytes;
          });
      t.get("is read only", () -> c.map(FileChannel.MapMode.READ_ONLY, 0, 10).put((byte) 1));
      t.get(
          "private",
          () -> {
            var map = c.map(FileChannel.MapMode.PRIVATE, 0, 10);
            map.put(0, (byte) 99);
            return map.get(0) + " " + read(c, 1, 0)[0];
          });
      t.get("none", () -> c.map(FileChannel.MapMode.READ_ONLY, 0, 0).capacity());
      t.get("negative", () -> c.map(FileChannel.MapMode.READ_ONLY, -1, 1));
      t.get("negative", () -> c.map(FileChannel.MapMode.READ_ONLY, 0, -1));
      t.get("too much", () -> c.map(FileChannel.MapMode.READ_ONLY, 0, 1L << 40));
      t.get("overflow", () -> c.map(FileChannel.MapMode.READ_ONLY, Long.MAX_VALUE, 2));
      t.get("longer", () -> c.map(FileChannel.MapMode.READ_ONLY, 9_999, 5000).get(4000));
      t.get("size", c::size);
    }
    try (var c = t.open("f", READ)) {
      t.get("longer", () -> c.map(FileChannel.MapMode.READ_ONLY, 0, 50_000));
      t.get("private", () -> c.map(FileChannel.MapMode.PRIVATE, 0, 5));
      t.get("write", () -> c.map(FileChannel.MapMode.READ_WRITE, 0, 5));
    }
    try (var c = t.open("f", WRITE)) {
      t.get("not readable", () -> c.map(FileChannel.MapMode.READ_ONLY, 0, 5));
      t.get("not readable", () -> c.map(FileChannel.MapMode.PRIVATE, 0, 5));
    }
  }

  private static void interrupted(Transcript t) throws IOException {
    t.write("f", "text");
    Thread.currentThread().interrupt();
    t.get("read string", () -> java.nio.file.Files.readString(t.path("f")));
    t.get("write string", () -> java.nio.file.Files.writeString(t.path("f"), "more"));
    t.get("lines", () -> java.nio.file.Files.readAllLines(t.path("f")));
    t.get("copy", () -> java.nio.file.Files.copy(t.path("f"), t.path("g")));
    var c = open(t);
    t.get("channel", () -> c.read(ByteBuffer.allocate(1)));
    t.get("interrupted", Thread::interrupted);
    t.get("open", c::isOpen);
    t.content("f");
  }

  private static void directories(Transcript t) throws IOException {
    try (var c = FileChannel.open(t.dir, READ)) {
      t.get("read", () -> c.read(ByteBuffer.allocate(1)));
      t.get("read at", () -> c.read(ByteBuffer.allocate(1), 0));
      t.get("write", () -> c.write(ByteBuffer.allocate(1)));
      t.run("force", () -> c.force(true));
      t.run("force", () -> c.force(false));
      t.get("truncate", () -> c.truncate(0));
    }
  }
}
