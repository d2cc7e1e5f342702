package jasyncio.testing.internal.disk;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Long random scripts with few names, so that calls meet.
final class RandomScripts {
  private static final int SCRIPTS = 30;
  private static final int STEPS = 250;
  private static final String[] NAMES = {
    "a", "b", "c", "a/b", "a/c", "b/a", "b/c/a", "a/b/c", "c/a", ".", "a/..", "b/c"
  };

  private final Transcript t;
  private final Random random;
  private final List<FileChannel> open = new ArrayList<>();

  private RandomScripts(Transcript t, int seed) {
    this.t = t;
    this.random = new Random(seed);
  }

  static void addTo(Map<String, Transcript.Script> scripts) {
    for (int i = 0; i < SCRIPTS; i++) {
      int seed = i;
      scripts.put("random names " + seed, t -> names(t, seed));
      scripts.put("random content " + seed, t -> new RandomScripts(t, seed).content());
    }
  }

  /// Makes, moves and removes things.
  static void names(Transcript t, int seed) {
    new RandomScripts(t, seed).names();
  }

  private String name() {
    return NAMES[random.nextInt(NAMES.length)];
  }

  private void names() {
    for (int i = 0; i < STEPS; i++) {
      var a = name();
      var b = name();
      int kind = random.nextInt(12);
      var what = i + ": " + kind + " " + a + " " + b;
      switch (kind) {
        case 0, 1 -> t.get(what, () -> Files.createDirectory(t.path(a)));
        case 2 -> t.get(what, () -> Files.writeString(t.path(a), what));
        case 3 -> t.get(what, () -> Files.writeString(t.path(a), what, CREATE, APPEND));
        case 4 -> t.run(what, () -> Files.delete(t.path(a)));
        case 5 -> t.get(what, () -> Files.move(t.path(a), t.path(b), ATOMIC_MOVE));
        case 6 -> t.get(what, () -> Files.move(t.path(a), t.path(b), REPLACE_EXISTING));
        case 7 -> t.get(what, () -> Files.copy(t.path(a), t.path(b), REPLACE_EXISTING));
        case 8 -> t.get(what, () -> Files.createLink(t.path(a), t.path(b)));
        case 9 ->
            t.get(
                what, () -> Files.createSymbolicLink(t.path(a), t.dir.getFileSystem().getPath(b)));
        case 10 -> t.get(what, () -> Files.readString(t.path(a)));
        default -> t.get(what, () -> t.path(a).toRealPath());
      }
      if (i % 10 == 0) {
        t.tree();
      }
    }
    t.tree();
  }

  private void content() throws IOException {
    open.add(t.open("f", CREATE, READ, WRITE));
    open.add(t.open("f", READ, WRITE));
    open.add(t.open("f", APPEND));
    for (int i = 0; i < STEPS; i++) {
      var c = open.get(random.nextInt(open.size()));
      int kind = random.nextInt(9);
      long at = random.nextInt(30_000);
      int n = random.nextInt(random.nextBoolean() ? 20 : 9_000);
      var what = i + ": " + kind + " " + at + " " + n;
      switch (kind) {
        case 0, 1 -> t.get(what, () -> c.write(Transcript.bytes(n), at));
        case 2 -> t.get(what, () -> c.write(Transcript.bytes(n)));
        case 3, 4 -> t.get(what, () -> read(c, n, at));
        case 5 -> t.get(what, () -> c.read(ByteBuffer.allocate(n)));
        case 6 -> t.get(what, () -> c.truncate(at).position());
        case 7 -> t.get(what, () -> c.position(at).position());
        default -> t.get(what, () -> c.position() + " " + c.size());
      }
    }
    for (var c : open) {
      c.close();
    }
    t.content("f");
  }

  private static byte[] read(FileChannel c, int n, long at) throws IOException {
    var buffer = ByteBuffer.allocate(n);
    int read = c.read(buffer, at);
    return java.util.Arrays.copyOf(buffer.array(), Math.max(read, 0));
  }
}
