package jasyncio;

import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.net.FlowControlMixin;
import jasyncio.net.IncompleteReadException;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.WriteTransport;
import jasyncio.testing.CancelEverywhere.Way;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every wait of readers and writers, on no connection at all, cancelled everywhere.
@Tag("slow")
class CancelStreamTest {
  private static final String TEXT = "abc\ndef\nghi";

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  static List<Scenario> scenarios() {
    var all = new ArrayList<Scenario>();
    all.addAll(reading());
    all.addAll(writing());
    return all;
  }

  // ---- reading ----------------------------------------------------------------------------------

  private interface Reading {
    String read(StreamReader reader) throws IOException;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  /// The text comes in two pieces and an end. What was read and what is left make it up.
  private static Scenario reading(String calls, String title, String first, Reading reading) {
    return scenario(
        calls,
        title,
        run -> {
          var reader = run.watch(new StreamReader(64, run.loop()));
          run.victim(() -> run.got(reading.read(reader)));
          run.other(() -> {
            sleep(0);
            reader.feedData(first.getBytes(UTF_8));
            sleep(0);
            sleep(0);
            reader.feedData(TEXT.substring(first.length()).getBytes(UTF_8));
            sleep(0);
            reader.feedEof();
            run.put("all");
          });
          run.atEnd(() -> {
            if (run.put().isEmpty()) {
              reader.feedEof();
            }
            var all = new StringBuilder();
            run.got().forEach(all::append);
            all.append(text(reader.read()));
            if (run.othersUndisturbed()) {
              assertThat(all).hasToString(TEXT);
            } else {
              assertThat(TEXT).startsWith(all);
            }
          });
        });
  }

  private interface Lines {
    void read(Run run, StreamReader reader) throws IOException;
  }

  /// The text comes in pieces, and is read in lines without their newlines.
  private static Scenario lines(String calls, Lines lines) {
    return scenario(
        calls,
        "line by line",
        run -> {
          var reader = run.watch(new StreamReader(64, run.loop()));
          run.victim(() -> lines.read(run, reader));
          run.other(() -> {
            for (var piece : List.of("ab", "c\nd", "ef\ng", "hi")) {
              sleep(0);
              reader.feedData(piece.getBytes(UTF_8));
            }
            reader.feedEof();
          });
          run.atEnd(() -> {
            if (run.othersUndisturbed()) {
              var all = new StringBuilder();
              run.got().forEach(all::append);
              all.append(text(reader.read()));
              assertThat(all.toString().replace("\n", "")).isEqualTo(TEXT.replace("\n", ""));
            }
          });
        });
  }

  private static List<Scenario> reading() {
    return List.of(
        reading("StreamReader.read", "some", "ab", r -> text(r.read(5))),
        reading("StreamReader.read", "everything", "ab", r -> text(r.read())),
        reading(
            "StreamReader.read",
            "into a buffer",
            "ab",
            r -> {
              var buffer = ByteBuffer.allocate(5);
              int n = r.read(buffer);
              return text(buffer.array()).substring(0, Math.max(0, n));
            }),
        reading("StreamReader.readexactly", "over both pieces", "ab", r -> text(exactly(r, 6))),
        reading("StreamReader.readexactly", "up to the last byte", "ab", r -> text(exactly(r, 11))),
        reading("StreamReader.readline", "over both pieces", "ab", r -> text(r.readline())),
        reading(
            "StreamReader.readLine",
            "of text",
            "abc\nd",
            r -> {
              var line = r.readLine();
              return line == null ? "" : line + "\n";
            }),
        reading(
            "StreamReader.readuntil",
            "over both pieces",
            "abc\ndef",
            r -> {
              try {
                return text(r.readuntil(new byte[] {'f', '\n'}));
              } catch (IncompleteReadException e) {
                return text(e.partial());
              }
            }),
        reading(
            "StreamReader.asInputStream",
            "as a stream of java.io",
            "ab",
            r -> {
              var bytes = new byte[4];
              int n = r.asInputStream().read(bytes);
              return text(bytes).substring(0, Math.max(n, 0));
            }),
        lines(
            "StreamReader.lines",
            (run, reader) -> {
              for (var line : reader.lines()) {
                run.got(line);
              }
            }),
        lines("StreamReader.forEachLine", (run, reader) -> reader.forEachLine(run::got)),
        scenario(
            "StreamReader.iterator",
            "line by line",
            run -> {
              var reader = run.watch(new StreamReader(64, run.loop()));
              run.victim(() -> {
                for (var line : reader) {
                  run.got(text(line));
                }
              });
              run.other(() -> {
                for (var piece : List.of("ab", "c\nd", "ef\ng", "hi")) {
                  sleep(0);
                  reader.feedData(piece.getBytes(UTF_8));
                }
                reader.feedEof();
              });
              run.atEnd(() -> {
                if (run.othersUndisturbed()) {
                  var all = new StringBuilder();
                  run.got().forEach(all::append);
                  assertThat(all + text(reader.read())).isEqualTo(TEXT);
                }
              });
            }),
        scenario(
            "StreamReader.readline StreamReader.setException",
            "the connection breaks meanwhile",
            run -> {
              var reader = run.watch(new StreamReader(64, run.loop()));
              run.victim(() -> {
                try {
                  reader.readline();
                } catch (IOException e) {
                  run.got(e.getMessage());
                }
              });
              run.other(() -> {
                sleep(0);
                reader.setException(new IOException("broken"));
              });
            }),
        scenario(
            "StreamReader.transferTo",
            "to a writer that is paused for a while",
            run -> {
              var reader = run.watch(new StreamReader(64, run.loop()));
              var protocol = run.watch(new FlowControlMixin(run.loop()));
              var written = new ByteArrayOutputStream();
              var writer = writer(run, written, protocol);
              run.victim(() -> reader.transferTo(writer));
              run.other(() -> {
                sleep(0);
                protocol.pauseWriting();
                reader.feedData("abc\n".getBytes(UTF_8));
                sleep(0);
                reader.feedData("def\n".getBytes(UTF_8));
                sleep(0);
                sleep(0);
                protocol.resumeWriting();
                reader.feedData("ghi".getBytes(UTF_8));
                sleep(0);
                reader.feedEof();
              });
              run.atEnd(() -> {
                if (run.othersUndisturbed()) {
                  assertThat(written + text(reader.read())).isEqualTo(TEXT);
                }
                protocol.connectionLost(null);
              });
            }));
  }

  private static byte[] exactly(StreamReader reader, int n) throws IOException {
    try {
      return reader.readexactly(n);
    } catch (IncompleteReadException e) {
      return e.partial();
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  /// A writer that is closed after the run.
  private static StreamWriter writer(
      Run run, ByteArrayOutputStream written, FlowControlMixin protocol) {
    return run.closing(new StreamWriter(transport(written, protocol), protocol, null));
  }

  /// A transport that keeps what is written, and never closes by itself.
  private static WriteTransport transport(
      ByteArrayOutputStream written, FlowControlMixin protocol) {
    var closed = new AtomicBoolean();
    return (WriteTransport)
        Proxy.newProxyInstance(
            WriteTransport.class.getClassLoader(),
            new Class<?>[] {WriteTransport.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "write" -> {
                    if (arguments[0] instanceof byte[] bytes) {
                      written.writeBytes(bytes);
                    } else {
                      var data = (ByteBuffer) arguments[0];
                      var bytes = new byte[data.remaining()];
                      data.get(bytes);
                      written.writeBytes(bytes);
                    }
                    yield null;
                  }
                  case "close" -> {
                    closed.set(true);
                    yield null;
                  }
                  case "isClosing" -> closed.get();
                  case "getProtocol" -> protocol;
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  case "toString" -> "<memory>";
                  default -> null;
                });
  }

  private static List<Scenario> writing() {
    return List.of(
        scenario(
            "StreamWriter.drain",
            "three wait, resumed and paused again",
            run -> {
              var protocol = run.watch(new FlowControlMixin(run.loop()));
              var writer = writer(run, new ByteArrayOutputStream(), protocol);
              protocol.pauseWriting();
              run.inLine(
                  3,
                  1,
                  () -> {
                    writer.drain();
                    run.got("drained");
                  });
              run.other(() -> {
                sleep(0);
                protocol.resumeWriting();
                protocol.pauseWriting();
                sleep(1);
                protocol.resumeWriting();
              });
              run.atEnd(() -> {
                if (run.othersUndisturbed()) {
                  assertThat(run.got()).hasSize(run.succeeded() ? 3 : 2);
                }
                protocol.connectionLost(null);
              });
            }),
        scenario(
            "StreamWriter.drain StreamWriter.waitClosed",
            "the connection is lost",
            run -> {
              var protocol = run.watch(new FlowControlMixin(run.loop()));
              var writer = writer(run, new ByteArrayOutputStream(), protocol);
              protocol.pauseWriting();
              run.inLine(
                  2,
                  0,
                  () -> {
                    try {
                      writer.drain();
                    } catch (IOException e) {
                      run.got(e.getMessage());
                    }
                    try {
                      writer.waitClosed();
                    } catch (IOException e) {
                      run.got(e.getMessage());
                    }
                  });
              run.inLine(
                  2,
                  -1,
                  () -> {
                    try {
                      writer.waitClosed();
                    } catch (IOException e) {
                      run.got(e.getMessage());
                    }
                  });
              run.other(() -> {
                sleep(0);
                protocol.connectionLost(new IOException("broken"));
              });
            }),
        scenario(
            "StreamWriter.waitClosed",
            "three wait",
            run -> {
              var protocol = run.watch(new FlowControlMixin(run.loop()));
              var writer = writer(run, new ByteArrayOutputStream(), protocol);
              run.inLine(3, 1, writer::waitClosed);
              run.other(() -> {
                sleep(0);
                protocol.connectionLost(null);
              });
            }),
        scenario(
            "StreamWriter.asOutputStream",
            "paused for a while",
            run -> {
              var protocol = run.watch(new FlowControlMixin(run.loop()));
              var written = new ByteArrayOutputStream();
              var writer = writer(run, written, protocol);
              protocol.pauseWriting();
              run.victim(() -> {
                try (var out = writer.asOutputStream()) {
                  out.write("abc".getBytes(UTF_8));
                  out.write("def".getBytes(UTF_8));
                }
              });
              run.other(() -> {
                sleep(0);
                protocol.resumeWriting();
              });
              run.atEnd(() -> {
                if (run.way() != Way.GO_ON) { // which begins again
                  assertThat("abcdef").startsWith(written.toString(UTF_8));
                }
                protocol.connectionLost(null);
              });
            }));
  }
}
