package jasyncio.conformance;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.report;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Future;
import jasyncio.Task;
import jasyncio.net.ClientHandler;
import jasyncio.net.ConnectOptions;
import jasyncio.net.ExtraInfo;
import jasyncio.net.LimitOverrunException;
import jasyncio.net.Server;
import jasyncio.net.ServerOptions;
import jasyncio.net.StreamConnection;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamReaderProtocol;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import jasyncio.net.Transport;
import jasyncio.net.Transports;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Streams over connections: rules R1 and R5 to R8.
final class StreamsConnectionsScenarios {
  private static final String HOST = "127.0.0.1";

  private StreamsConnectionsScenarios() {}

  private static Server serve(ClientHandler handler) throws IOException {
    return Streams.startServer(handler, HOST, 0);
  }

  private static int port(Server server) {
    return server.port();
  }

  private static StreamConnection connect(Server server) throws IOException {
    return Streams.openConnection(HOST, port(server));
  }

  /// Closes all and waits.
  private static void end(Server server, StreamWriter... writers) {
    for (var writer : writers) {
      writer.close();
    }
    server.close();
    server.waitClosed();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void echo(StreamReader reader, StreamWriter writer) throws IOException {
    for (var line : reader) {
      writer.write(line);
      writer.drain();
    }
    writer.close();
    writer.waitClosed();
  }

  @Scenario("R8")
  static void linesOverTcp() throws Exception {
    run(() -> {
      var server = serve(StreamsConnectionsScenarios::echo);
      var c = connect(server);
      for (int i = 0; i < 3; i++) {
        c.writer().write("line " + i + "\n", UTF_8);
        c.writer().drain();
        print(c.reader().readline());
      }
      c.writer().writeEof();
      print(c.reader().readline(), c.reader().atEof());
      end(server, c.writer());
    });
  }

  @Scenario("R8")
  static void linesOverAUnixSocket() throws IOException {
    var directory = Files.createTempDirectory("streams");
    var path = directory.resolve("socket");
    run(() -> {
      var server = Streams.startUnixServer(StreamsConnectionsScenarios::echo, path);
      var c = Streams.openUnixConnection(path, ConnectOptions.defaults().limit(5));
      c.writer().write("hello\nmuch too long\n", UTF_8);
      print(c.reader().readline());
      try {
        c.reader().readline();
      } catch (LimitOverrunException e) {
        print(e.getMessage());
      }
      end(server, c.writer());
    });
    Files.delete(directory);
  }

  @Scenario("R8")
  static void severalReadsOfOneConnection() throws Exception {
    run(() -> {
      var server =
          serve((reader, writer) -> {
            writer.write("head\r\n\r\n0123456789rest", UTF_8);
            writer.close();
          });
      var c = connect(server);
      print(c.reader().readuntil(bytes("\r\n\r\n")));
      print(c.reader().readexactly(10));
      print(c.reader().read());
      print(outcome(() -> c.reader().readexactly(1)));
      end(server, c.writer());
    });
  }

  @Scenario("R8")
  static void halfClosed() throws Exception {
    run(() -> {
      var server =
          serve((reader, writer) -> {
            print("request", reader.read());
            pause(3);
            print("closing", writer.isClosing());
            writer.write("answer", UTF_8);
            writer.close();
          });
      var c = connect(server);
      c.writer().write("question", UTF_8);
      c.writer().writeEof();
      print("answer", c.reader().read());
      end(server, c.writer());
    });
  }

  @Scenario("R8")
  static void afterCloseTheReaderIsAtTheEnd() throws Exception {
    run(() -> {
      var server = serve(StreamsConnectionsScenarios::echo);
      var c = connect(server);
      c.writer().close();
      c.writer().waitClosed();
      print(c.reader().read(), c.reader().atEof());
      print(outcome(c.writer()::drain));
      end(server);
    });
  }

  @Scenario("R7")
  static void eachClientHasATask() throws Exception {
    run(() -> {
      var tasks = new ArrayList<@Nullable Task<?>>();
      var server =
          serve((reader, writer) -> {
            tasks.add(currentTask());
            reader.read();
            writer.close();
          });
      var clients = new StreamWriter[3];
      for (int i = 0; i < 3; i++) {
        clients[i] = connect(server).writer();
      }
      while (tasks.size() < 3) {
        sleep(0.001);
      }
      var all = tasks.stream().map(t -> (Task<?>) Objects.requireNonNull(t)).toList();
      print(new HashSet<>(all).size(), all.stream().map(Task::done).toList());
      end(server, clients);
      Asyncio.wait(all);
      print(all.stream().map(Task::done).toList());
    });
  }

  @Scenario("R7")
  static void anErrorOfTheCallbackIsReportedAndCloses() throws Exception {
    run(() -> {
      report(getRunningLoop());
      var server =
          serve((reader, writer) -> {
            reader.readline();
            throw new Oops("broken callback");
          });
      var c = connect(server);
      c.writer().write("go\n", UTF_8);
      print(c.reader().read());
      end(server, c.writer());
    });
  }

  @Scenario("R7")
  static void aCancelledCallbackClosesQuietly() throws Exception {
    run(() -> {
      report(getRunningLoop());
      var server =
          serve((reader, writer) -> {
            Objects.requireNonNull(currentTask()).cancel();
            reader.read();
          });
      var c = connect(server);
      print(c.reader().read());
      end(server, c.writer());
    });
  }

  @Scenario("R7")
  static void aCallbackThatReturnsLeavesTheConnectionOpen() throws Exception {
    run(() -> {
      var kept = new Future<StreamWriter>();
      var server = serve((reader, writer) -> kept.setResult(writer));
      var c = connect(server);
      var other = kept.await();
      pause(3);
      print("closing", other.isClosing());
      other.write("still there\n", UTF_8);
      print(c.reader().readline());
      end(server, c.writer(), other);
    });
  }

  @Scenario("R7")
  static void clientsGoOnWhenTheServerIsClosed() throws Exception {
    run(() -> {
      var server = serve(StreamsConnectionsScenarios::echo);
      var c = connect(server);
      c.writer().write("one\n", UTF_8);
      print(c.reader().readline());
      server.close();
      c.writer().write("two\n", UTF_8);
      print(c.reader().readline());
      c.writer().close();
      server.waitClosed();
      print("closed");
    });
  }

  @Scenario("R5")
  static void drainWaitsForASlowReader() throws Exception {
    run(() -> {
      var draining = new Future<Boolean>();
      var server =
          serve((reader, writer) -> {
            while (writer.transport().getWriteBufferSize() == 0) {
              writer.write(new byte[1_000_000]);
            }
            writer.write(new byte[100_000]);
            var task = createTask(writer::drain);
            pause(3);
            print("drained", task.done());
            draining.setResult(true);
            task.await();
            print("drained", task.done());
            writer.close();
          });
      var c = connect(server);
      draining.await();
      int total = 0;
      for (var data = c.reader().read(100_000); data.length > 0; data = c.reader().read(100_000)) {
        total += data.length;
      }
      print(total >= 1_100_000, total % 100_000);
      end(server, c.writer());
    });
  }

  @Scenario("R1")
  static void muchMoreThanTheLimitPasses() throws Exception {
    run(() -> {
      var server =
          serve((reader, writer) -> {
            for (int i = 0; i < 100; i++) {
              var piece = new byte[10_000];
              Arrays.fill(piece, (byte) i);
              writer.write(piece);
              writer.drain();
            }
            writer.close();
          });
      var c = Streams.openConnection(HOST, port(server), ConnectOptions.defaults().limit(100));
      var first = c.reader().readexactly(500_000);
      var rest = c.reader().read();
      print(first.length, rest.length);
      print(
          IntStream.range(0, 50).allMatch(i -> first[i * 10_000] == i),
          (int) rest[rest.length - 1]);
      end(server, c.writer());
    });
  }

  @Scenario("R2")
  static void aServerGoesOnAfterALineOverTheLimit() throws Exception {
    run(() -> {
      ClientHandler handler =
          (reader, writer) -> {
            while (!reader.atEof()) {
              try {
                writer.write(reader.readline());
              } catch (LimitOverrunException e) {
                writer.write(e.getMessage() + "\n", UTF_8);
              }
            }
            writer.close();
          };
      var server = Streams.startServer(handler, HOST, 0, ServerOptions.defaults().limit(5));
      var c = connect(server);
      c.writer().write("123\n1234567\n12345\n", UTF_8);
      c.writer().writeEof();
      print(c.reader().read());
      end(server, c.writer());
    });
  }

  private static void reset(StreamWriter writer) throws IOException {
    var channel = Objects.requireNonNull(writer.getExtraInfo(ExtraInfo.SOCKET));
    ((SocketChannel) channel).setOption(StandardSocketOptions.SO_LINGER, 0);
    writer.transport().abort();
  }

  @Scenario("R6")
  static void oneClassOfErrorsForWhateverEndsAConnection() throws Exception {
    run(() -> {
      var server =
          serve((reader, writer) -> {
            reader.read(1);
            reset(writer);
          });
      var address = server.address();
      var resetByPeer = connect(server);
      resetByPeer.writer().write("x");
      try {
        resetByPeer.reader().read();
      } catch (SocketException e) {
        print("found by a read");
      }
      var broken = connect(server).writer();
      try {
        while (true) {
          broken.write(new byte[1000]);
          broken.drain();
        }
      } catch (SocketException e) {
        print("found by a write");
      }
      var closed = connect(server).writer();
      closed.close();
      try {
        while (true) {
          closed.write("x");
          closed.drain();
        }
      } catch (SocketException e) {
        print("closed by this side");
      }
      end(server, resetByPeer.writer(), broken);
      try {
        Streams.openConnection(address);
      } catch (SocketException e) {
        print("refused");
      }
    });
  }

  @Scenario("R6")
  static void aResetIsTheErrorOfAll() throws Exception {
    run(() -> {
      var server =
          serve((reader, writer) -> {
            reader.read(1);
            reset(writer);
          });
      var c = connect(server);
      c.writer().write("x", UTF_8);
      for (Action<Exception> action :
          List.<Action<Exception>>of(
              c.reader()::read, c.reader()::readline, c.writer()::drain, c.writer()::waitClosed)) {
        try {
          action.run();
          print("no error");
        } catch (IOException e) {
          print(kind(e), e == c.reader().exception());
        }
      }
      end(server, c.writer());
    });
  }

  @Scenario("R8")
  static void aConnectionOverAProtocolOfOnesOwnMaking() throws Exception {
    run(() -> {
      var server = serve(StreamsConnectionsScenarios::echo);
      var reader = new StreamReader();
      var connection =
          Transports.createConnection(() -> new StreamReaderProtocol(reader), HOST, port(server));
      Transport transport = connection.transport();
      var writer = new StreamWriter(transport, connection.protocol(), reader);
      writer.write("hello\n", UTF_8);
      print(reader.readline(), writer.transport() == transport);
      end(server, writer);
    });
  }
}
