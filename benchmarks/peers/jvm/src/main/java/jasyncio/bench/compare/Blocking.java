package jasyncio.bench.compare;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Plain blocking calls of the JDK, one after another on the main thread: `Blocking WORKLOAD`.
public final class Blocking {
  private static final int RECORD = 100;
  private static final int PIECE = 1 << 20;

  /// Somewhere to put results, so that they are computed.
  private static volatile int sink;

  private Blocking() {}

  /// Runs a workload.
  ///
  /// @param arguments its name
  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "files.small" -> smallReads();
      case "files.large" -> largeFile();
      case "process" -> processes();
      default -> Bench.unsupported(arguments[0]);
    }
  }

  private static void smallReads() throws IOException {
    int reads = Bench.scaled(10_000);
    var file = file((long) reads * RECORD);
    try {
      Bench.measure(
          "files.small",
          reads,
          "ns/read",
          Bench.Figure.WALL_NANOS,
          () -> {
            try (var source = new BufferedInputStream(new FileInputStream(file.toFile()))) {
              for (int i = 0; i < reads; i++) {
                sink = source.readNBytes(RECORD).length;
              }
            }
          });
    } finally {
      Files.delete(file);
    }
  }

  private static void largeFile() throws IOException {
    int pieces = Bench.scaled(1024);
    var file = file((long) pieces * PIECE);
    try {
      Bench.measure(
          "files.large",
          pieces,
          "us/MiB",
          Bench.Figure.WALL_MICROS,
          () -> {
            var piece = new byte[PIECE];
            try (var source = new FileInputStream(file.toFile())) {
              for (int n; (n = source.read(piece)) >= 0; ) {
                sink = n;
              }
            }
          });
    } finally {
      Files.delete(file);
    }
  }

  private static void processes() {
    int processes = Bench.scaled(100);
    Bench.measure(
        "process",
        processes,
        "us/process",
        Bench.Figure.WALL_MICROS,
        () -> {
          for (int i = 0; i < processes; i++) {
            sink = new ProcessBuilder("/bin/true").inheritIO().start().waitFor();
          }
        });
  }

  /// A file in the page cache.
  private static Path file(long size) throws IOException {
    var file = Files.createTempFile("blocking-bench", null);
    try (var target = Files.newOutputStream(file)) {
      var piece = new byte[PIECE];
      for (long left = size; left > 0; left -= PIECE) {
        target.write(piece, 0, (int) Math.min(left, PIECE));
      }
    }
    return file;
  }
}
