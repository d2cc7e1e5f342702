package jasyncio;

import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Scenario;
import jasyncio.files.AsyncFile;
import jasyncio.files.AsyncFiles;
import jasyncio.testing.CancelEverywhere.Way;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every wait for a file, cancelled everywhere. The executor's calls are made between two turns.
@Tag("slow")
class CancelFileTest {
  private static final String TEXT = "first\nsecond\nthird\n".repeat(2000); // several buffers

  /// Of the folders that are made among everybody's: one whose maker is cancelled stays there.
  private static final String TEMPORARY = "jasyncio-cancel-" + ProcessHandle.current().pid() + "-";

  static @TempDir Path folder;

  @AfterAll
  static void deleteWhatWasLeft() throws IOException {
    var everybodys = Path.of(System.getProperty("java.io.tmpdir"));
    try (var left = Files.newDirectoryStream(everybodys, TEMPORARY + "*")) {
      for (var path : left) {
        Files.delete(path);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  static List<Scenario> scenarios() {
    var all = new ArrayList<Scenario>();
    all.addAll(reading());
    all.addAll(writing());
    all.addAll(wholeFiles());
    return all;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  // ---- reading ----------------------------------------------------------------------------------

  private interface Reading {
    String read(AsyncFile file) throws IOException;
  }

  /// What was read and what is left make up the file.
  private static Scenario reading(String calls, String title, Reading reading) {
    return scenario(
        calls,
        title,
        run -> {
          var path = Files.writeString(folder.resolve("read"), TEXT);
          var file = AsyncFiles.open(path);
          run.victim(() -> run.got(reading.read(file)));
          run.other(() -> sleep(0));
          run.atEnd(() -> {
            var all = new StringBuilder();
            run.got().forEach(all::append);
            assertThat(file.position()).isEqualTo(all.length());
            all.append(text(file.readAll()));
            file.close();
            assertThat(all).hasToString(TEXT);
          });
        });
  }

  private static List<Scenario> reading() {
    return List.of(
        reading("AsyncFile.read", "some", f -> text(f.read(100))),
        reading("AsyncFile.read", "more than is buffered", f -> text(f.read(20_000))),
        reading(
            "AsyncFile.read",
            "into a buffer",
            f -> {
              var buffer = ByteBuffer.allocate(100);
              f.read(buffer);
              return text(buffer.array());
            }),
        reading("AsyncFile.readexactly", "over several buffers", f -> text(f.readexactly(30_000))),
        reading("AsyncFile.readAll", "everything", f -> text(f.readAll())),
        reading("AsyncFile.readString", "everything", AsyncFile::readString),
        reading("AsyncFile.readline", "two lines", f -> text(f.readline())),
        reading("AsyncFile.readLine", "one line", f -> f.readLine() + "\n"),
        reading("AsyncFile.iterator", "one line", f -> text(f.iterator().next())),
        reading("AsyncFile.lines", "one line", f -> f.lines().iterator().next() + "\n"),
        scenario(
            "AsyncFile.iterator AsyncFile.close AsyncFiles.open AsyncFile.size AsyncFile.seek",
            "line by line, and closed",
            run -> {
              var path = Files.writeString(folder.resolve("read"), TEXT);
              run.victim(() -> {
                int count = 0;
                try (var file = AsyncFiles.open(path)) {
                  file.seek(file.size() - 19);
                  for (var line : file) {
                    count += line.length;
                  }
                }
                run.got(count);
              });
              run.atEnd(() -> {
                if (run.succeeded()) {
                  assertThat(run.got()).containsOnly(19);
                }
              });
            }));
  }

  // ---- writing ----------------------------------------------------------------------------------

  private interface Writing {
    void write(AsyncFile file) throws IOException;
  }

  /// What was written is there in the order of the calls; of a call that was cancelled nothing, a
  /// beginning, or all.
  private static Scenario writing(String calls, String title, Writing writing) {
    return scenario(
            calls,
            title,
            run -> {
              var path = folder.resolve("written");
              var file = AsyncFiles.create(path);
              file.writeString("<");
              run.victim(() -> {
                writing.write(file);
                run.got("written");
              });
              run.other(() -> sleep(0));
              run.atEnd(() -> {
                file.writeString(">");
                file.close();
                var all = Files.readString(path);
                assertThat(all).startsWith("<").endsWith(">").doesNotContain("\0");
                var middle = all.substring(1, all.length() - 1);
                assertThat(TEXT).startsWith(middle);
                if (run.succeeded() && run.way() == Way.ONCE) {
                  assertThat(middle).isEqualTo(TEXT);
                }
              });
            })
        .without(Way.GO_ON); // writes a beginning twice
  }

  private static List<Scenario> writing() {
    return List.of(
        writing("AsyncFile.write", "much at once", f -> f.write(TEXT.getBytes(UTF_8))),
        writing("AsyncFile.writeString", "much at once", f -> f.writeString(TEXT)),
        writing(
            "AsyncFile.writelines",
            "line by line",
            f -> f.writelines(TEXT.lines().map(l -> (l + "\n").getBytes(UTF_8)).toList())),
        writing(
            "AsyncFile.write AsyncFile.flush",
            "piece by piece",
            f -> {
              for (var line : TEXT.split("(?<=\\G.{9000})", -1)) {
                f.write(line.getBytes(UTF_8));
                f.flush();
              }
            }),
        writing(
            "AsyncFile.flush",
            "forced to the disk",
            f -> {
              f.writeString(TEXT);
              f.flush(true);
            }),
        scenario(
            "AsyncFile.truncate AsyncFile.seek AsyncFile.close AsyncFiles.create AsyncFiles.append",
            "cut, and appended to",
            run -> {
              var path = folder.resolve("cut");
              Files.deleteIfExists(path);
              run.victim(() -> {
                try (var file = AsyncFiles.create(path)) {
                  file.writeString("abcdef");
                  file.truncate(3);
                  file.seek(3);
                  file.writeString("xyz");
                }
                try (var file = AsyncFiles.append(path)) {
                  file.writeString("!");
                }
              });
              run.atEnd(() -> {
                var there = Files.exists(path) ? Files.readString(path) : "";
                assertThat(there).isIn("", "abc", "abcdef", "abcxyz", "abcxyz!");
                if (run.succeeded()) {
                  assertThat(there).isEqualTo("abcxyz!");
                }
              });
            }));
  }

  // ---- whole files ------------------------------------------------------------------------------

  private static List<Scenario> wholeFiles() {
    return List.of(
        scenario(
                "AsyncFiles.writeBytes AsyncFiles.writeString AsyncFiles.writeLines"
                    + " AsyncFiles.readBytes AsyncFiles.readString AsyncFiles.readLines"
                    + " AsyncFiles.exists AsyncFiles.size AsyncFiles.attributes AsyncFiles.copy"
                    + " AsyncFiles.move AsyncFiles.delete AsyncFiles.deleteIfExists",
                "one call after the other",
                run -> {
                  var a = folder.resolve("a");
                  var b = folder.resolve("b");
                  run.victim(() -> {
                    AsyncFiles.writeBytes(a, "x\n".getBytes(UTF_8));
                    AsyncFiles.writeString(a, "y\n", StandardOpenOption.APPEND);
                    AsyncFiles.writeLines(b, List.of("z"));
                    run.got(AsyncFiles.readBytes(a).length);
                    run.got(AsyncFiles.readString(a));
                    run.got(AsyncFiles.readLines(b));
                    run.got(AsyncFiles.exists(a));
                    run.got(AsyncFiles.size(a));
                    run.got(AsyncFiles.attributes(a).size());
                    AsyncFiles.copy(a, b, StandardCopyOption.REPLACE_EXISTING);
                    AsyncFiles.move(b, a, StandardCopyOption.REPLACE_EXISTING);
                    AsyncFiles.delete(a);
                    AsyncFiles.deleteIfExists(a);
                  });
                })
            .without(Way.GO_ON), // deletes twice
        scenario(
            "AsyncFiles.list AsyncFiles.walk AsyncFiles.createDirectories"
                + " AsyncFiles.createTempFile AsyncFiles.createTempDirectory",
            "folders",
            run -> {
              var top = folder.resolve("top");
              run.victim(() -> {
                AsyncFiles.createDirectories(top.resolve("middle"));
                AsyncFiles.createTempFile(top, "a", "b");
                run.got(AsyncFiles.list(top));
                run.got(AsyncFiles.walk(top));
                AsyncFiles.deleteIfExists(AsyncFiles.createTempDirectory(TEMPORARY));
              });
            }),
        scenario(
            "AsyncFiles.open AsyncFile.close",
            "two that open and close",
            run -> {
              var path = Files.writeString(folder.resolve("open"), "text");
              run.inLine(
                  2,
                  0,
                  () -> {
                    try (var file = AsyncFiles.open(path)) {
                      run.got(file.readString());
                    }
                  });
            }));
  }
}
