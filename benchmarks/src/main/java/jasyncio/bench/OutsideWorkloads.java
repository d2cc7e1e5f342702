package jasyncio.bench;

import static jasyncio.Asyncio.run;

import jasyncio.bench.Stopwatch.Figure;
import jasyncio.files.AsyncFiles;
import jasyncio.process.Subprocesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// The workloads that read files and start programs, whose work is mostly the system's.
final class OutsideWorkloads {
  private static final int RECORD = 100;
  private static final int PIECE = 1 << 20;

  private OutsideWorkloads() {}

  private interface Body {
    void run() throws IOException;
  }

  static void smallReads() throws IOException {
    int reads = Settings.scaled(10_000);
    withFile(
        (long) reads * RECORD,
        file ->
            measure(
                "files.small",
                reads,
                "ns/read",
                Figure.WALL_NANOS,
                () -> {
                  try (var source = AsyncFiles.open(file)) {
                    for (int i = 0; i < reads; i++) {
                      source.readexactly(RECORD);
                    }
                  }
                }));
  }

  static void largeFile() throws IOException {
    int pieces = Settings.scaled(1024);
    withFile(
        (long) pieces * PIECE,
        file ->
            measure(
                "files.large",
                pieces,
                "us/MiB",
                Figure.WALL_MICROS,
                () -> {
                  var piece = ByteBuffer.allocate(PIECE);
                  try (var source = AsyncFiles.open(file)) {
                    while (source.read(piece) >= 0) {
                      piece.clear();
                    }
                  }
                }));
  }

  static void processes() {
    int processes = Settings.scaled(100);
    measure(
        "process",
        processes,
        "us/process",
        Figure.WALL_MICROS,
        () -> {
          for (int i = 0; i < processes; i++) {
            try (var process = Subprocesses.createSubprocessExec("/bin/true")) {
              process.waitFor();
            }
          }
        });
  }

  private interface Reading {
    void of(Path file);
  }

  /// A file in the page cache.
  private static void withFile(long size, Reading reading) throws IOException {
    var file = Files.createTempFile("jasyncio-bench", null);
    try {
      try (var target = Files.newOutputStream(file)) {
        var piece = new byte[PIECE];
        for (long left = size; left > 0; left -= PIECE) {
          target.write(piece, 0, (int) Math.min(left, PIECE));
        }
      }
      reading.of(file);
    } finally {
      Files.delete(file);
    }
  }

  /// On a loop that runs already.
  private static void measure(
      String workload, long operations, String unit, Figure figure, Body body) {
    run(() ->
        Stopwatch.measure(
            workload,
            operations,
            unit,
            figure,
            () -> {
              try {
                body.run();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }));
  }
}
