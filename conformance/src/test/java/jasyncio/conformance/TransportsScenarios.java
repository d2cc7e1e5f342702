package jasyncio.conformance;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.ExceptionGroup;
import jasyncio.Future;
import jasyncio.net.BufferedProtocol;
import jasyncio.net.ConnectOptions;
import jasyncio.net.Protocol;
import jasyncio.net.Server;
import jasyncio.net.ServerOptions;
import jasyncio.net.Transport;
import jasyncio.net.Transports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Transports, protocols and servers over TCP: rules X1 to X6 and X9 to X12.
final class TransportsScenarios {
  private static final String HOST = "127.0.0.1";

  private TransportsScenarios() {}

  /// Prints what it is told.
  private static class Recorder implements Protocol {
    final String name;
    final boolean keepOpen;
    final boolean data;
    @Nullable Transport transport;
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    final Future<@Nullable Void> made = getRunningLoop().createFuture();
    final Future<@Nullable Void> eof = getRunningLoop().createFuture();
    final Future<@Nullable Void> lost = getRunningLoop().createFuture();

    Recorder(String name) {
      this(name, false, true);
    }

    Recorder(String name, boolean keepOpen, boolean data) {
      this.name = name;
      this.keepOpen = keepOpen;
      this.data = data;
    }

    static Recorder keepingOpen(String name) {
      return new Recorder(name, true, true);
    }

    static Recorder quiet(String name) {
      return new Recorder(name, false, false);
    }

    Transport transport() {
      return Objects.requireNonNull(transport);
    }

    void awaitData() {
      awaitData(1);
    }

    void awaitData(int count) {
      while (received.size() < count) {
        sleep(0.001);
      }
    }

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
      print(name, "made");
      made.setResult(null);
    }

    @Override
    public void dataReceived(byte[] bytes) {
      if (data) {
        print(name, "data", new String(bytes, UTF_8));
      }
      received.writeBytes(bytes);
    }

    @Override
    public boolean eofReceived() {
      print(name, "eof");
      eof.setResult(null);
      return keepOpen;
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      print(name, "lost", exception == null ? null : kind(exception));
      lost.setResult(null);
    }

    @Override
    public void pauseWriting() {
      print(name, "pause writing");
    }

    @Override
    public void resumeWriting() {
      print(name, "resume writing");
    }
  }

  private static SocketAddress address(Server server) throws IOException {
    return Objects.requireNonNull(server.sockets().getFirst().getLocalAddress());
  }

  private static int port(Server server) throws IOException {
    return ((InetSocketAddress) address(server)).getPort();
  }

  /// A server with one client.
  private static Server connect(Recorder client, Recorder server) throws IOException {
    var listening = Transports.createServer(() -> server, HOST, 0);
    Transports.createConnection(() -> client, HOST, port(listening));
    server.made.await();
    return listening;
  }

  /// Closes what is still open and waits.
  private static void end(@Nullable Server server, Recorder... protocols) {
    for (var protocol : protocols) {
      protocol.transport().close();
    }
    for (var protocol : protocols) {
      protocol.lost.await();
    }
    if (server != null) {
      server.close();
      server.waitClosed();
    }
  }

  @Scenario("X1")
  static void orderOfAConnection() throws Exception {
    run(() -> {
      var server = new Recorder("server");
      var listening = Transports.createServer(() -> server, HOST, 0);
      var connection =
          Transports.createConnection(() -> new Recorder("client"), HOST, port(listening));
      var transport = connection.transport();
      var client = connection.protocol();
      print("connected", client.transport == transport);
      server.made.await();
      transport.write("hello".getBytes(UTF_8));
      server.awaitData();
      transport.close();
      print("closing", transport.isClosing());
      server.lost.await();
      client.lost.await();
      end(listening);
    });
  }

  @Scenario("X2")
  static void eofClosesATransportByDefault() throws Exception {
    run(() -> {
      var client = Recorder.keepingOpen("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      client.transport().write("last words".getBytes(UTF_8));
      client.transport().writeEof();
      server.lost.await();
      print(server.received.toString(UTF_8), server.transport().isClosing());
      client.eof.await();
      end(listening, client);
    });
  }

  @Scenario("X2")
  static void aProtocolMayKeepWritingAfterEof() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = Recorder.keepingOpen("server");
      var listening = connect(client, server);
      client.transport().writeEof();
      server.eof.await();
      print(server.transport().isClosing());
      server.transport().write("still here".getBytes(UTF_8));
      server.transport().close();
      client.lost.await();
      end(listening, server);
    });
  }

  @Scenario("X2")
  static void writingAfterWriteEofIsRefused() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      print(client.transport().canWriteEof());
      client.transport().writeEof();
      client.transport().writeEof();
      try {
        client.transport().write("more".getBytes(UTF_8));
      } catch (IllegalStateException e) {
        print("refused");
      }
      end(listening, client, server);
    });
  }

  @Scenario("X3")
  static void closeFlushesWhatIsBuffered() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = Recorder.quiet("server");
      var listening = connect(client, server);
      client.transport().setWriteBufferLimits(100_000_000);
      server.transport().pauseReading();
      client.transport().write(new byte[10_000_000]);
      print(client.transport().getWriteBufferSize() > 0);
      client.transport().close();
      print(client.transport().isClosing());
      server.transport().resumeReading();
      client.lost.await();
      server.lost.await();
      print(server.received.size());
      end(listening);
    });
  }

  @Scenario("X3")
  static void abortDropsWhatIsBuffered() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = Recorder.quiet("server");
      var listening = connect(client, server);
      client.transport().setWriteBufferLimits(100_000_000);
      server.transport().pauseReading();
      client.transport().write(new byte[10_000_000]);
      client.transport().abort();
      print(client.transport().getWriteBufferSize(), client.transport().isClosing());
      client.lost.await();
      server.transport().resumeReading();
      server.lost.await();
      print(0 < server.received.size() && server.received.size() < 10_000_000);
      end(listening);
    });
  }

  @Scenario("X3")
  static void closeIsToldInALaterIteration() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      client.transport().close();
      client.transport().close();
      client.transport().abort();
      print(client.lost.done());
      pause();
      print(client.lost.done());
      end(listening, server);
    });
  }

  @Scenario("X3")
  static void anErrorOfTheProtocolEndsTheConnection() throws Exception {
    run(() -> {
      reportExceptions();
      var client = new Recorder("client");
      var server =
          new Recorder("server") {
            @Override
            public void dataReceived(byte[] bytes) {
              throw new Oops("in data_received");
            }
          };
      var listening = connect(client, server);
      client.transport().write(new byte[1]);
      server.lost.await();
      client.lost.await();
      end(listening);
    });
  }

  @Scenario("X3")
  static void anErrorInEofReceivedEndsTheConnection() throws Exception {
    run(() -> {
      reportExceptions();
      var client = new Recorder("client");
      var server =
          new Recorder("server") {
            @Override
            public boolean eofReceived() {
              throw new Oops("in eof_received");
            }
          };
      var listening = connect(client, server);
      client.transport().writeEof();
      server.lost.await();
      client.lost.await();
      end(listening);
    });
  }

  @Scenario("X3")
  static void anErrorInConnectionMadeIsReportedAndNoMore() throws Exception {
    run(() -> {
      reportExceptions();
      var client = new Recorder("client");
      var server =
          new Recorder("server") {
            @Override
            public void connectionMade(Transport transport) {
              super.connectionMade(transport);
              throw new Oops("in connection_made");
            }
          };
      var listening = connect(client, server);
      client.transport().write("hello".getBytes(UTF_8));
      server.awaitData();
      end(listening, client, server);
    });
  }

  private static void reportExceptions() {
    getRunningLoop()
        .setExceptionHandler((loop, error) ->
            print("handler:", describe(Objects.requireNonNull(error.exception()))));
  }

  @Scenario("X4")
  static void defaultWaterMarks() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      printLimits(client.transport());
      end(listening, client, server);
    });
  }

  private static void printLimits(Transport transport) {
    var limits = transport.getWriteBufferLimits();
    print("(" + limits.low() + ", " + limits.high() + ")");
  }

  @Scenario("X4")
  static void settingWaterMarks() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      var transport = client.transport();
      transport.setWriteBufferLimits(1000);
      printLimits(transport);
      transport.setWriteBufferLimits(500, 500);
      printLimits(transport);
      transport.setWriteBufferLimits(0);
      printLimits(transport);
      for (int low : new int[] {20, -1}) {
        try {
          transport.setWriteBufferLimits(10, low);
        } catch (IllegalArgumentException e) {
          print("refused", 10, low);
        }
      }
      end(listening, client, server);
    });
  }

  @Scenario("X4")
  static void writingIsPausedAndResumedInTurn() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = Recorder.quiet("server");
      var listening = connect(client, server);
      server.transport().pauseReading();
      for (int i = 0; i < 3; i++) {
        client.transport().write(new byte[4_000_000]);
      }
      print("written");
      server.transport().resumeReading();
      server.awaitData(12_000_000);
      print(client.transport().getWriteBufferSize());
      end(listening, client, server);
    });
  }

  @Scenario("X4")
  static void pauseComesOutOfWriteItself() throws Exception {
    run(() -> {
      reportExceptions();
      var client =
          new Recorder("client") {
            @Override
            public void pauseWriting() {
              super.pauseWriting();
              throw new Oops("in pause_writing");
            }
          };
      var server = Recorder.quiet("server");
      var listening = connect(client, server);
      server.transport().pauseReading();
      print("before");
      client.transport().write(new byte[10_000_000]);
      print("after");
      client.transport().abort();
      server.transport().abort();
      client.lost.await();
      server.lost.await();
      end(listening);
    });
  }

  @Scenario("X5")
  static void writesAfterALostConnectionAreDropped() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      client.transport().abort();
      for (int i = 0; i < 3; i++) {
        client.transport().write(new byte[1]);
      }
      client.lost.await();
      client.transport().write(new byte[1]);
      print(client.transport().getWriteBufferSize());
      end(listening, server);
    });
  }

  @Scenario("X5")
  static void writelinesKeepsTheOrder() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      var pieces = List.of("one ", "", "two ", "three");
      client.transport().writelines(pieces.stream().map(s -> s.getBytes(UTF_8)).toList());
      server.awaitData(13);
      end(listening, client, server);
    });
  }

  @Scenario("X6")
  static void pausingTwiceIsPausingOnce() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      var transport = server.transport();
      print(transport.isReading());
      transport.pauseReading();
      transport.pauseReading();
      print(transport.isReading());
      client.transport().write("hello".getBytes(UTF_8));
      sleep(0.02);
      print(server.received.size());
      transport.resumeReading();
      transport.resumeReading();
      print(transport.isReading());
      server.awaitData();
      transport.close();
      print(transport.isReading());
      server.lost.await();
      client.lost.await();
      end(listening);
    });
  }

  @Scenario("X6")
  static void pausingInConnectionMadeKeepsAllDataBack() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server =
          new Recorder("server") {
            @Override
            public void connectionMade(Transport transport) {
              transport.pauseReading();
              super.connectionMade(transport);
            }
          };
      var listening = connect(client, server);
      client.transport().write("hello".getBytes(UTF_8));
      sleep(0.02);
      print("nothing yet", server.received.size());
      server.transport().resumeReading();
      server.awaitData();
      end(listening, client, server);
    });
  }

  @Scenario("X6")
  static void anotherProtocolCanTakeOver() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      client.transport().write("one".getBytes(UTF_8));
      server.awaitData();
      var second = new Buffered();
      server.transport().setProtocol(second);
      print(server.transport().getProtocol() == second);
      client.transport().write("twofor".getBytes(UTF_8));
      client.transport().close();
      second.done.await();
      client.lost.await();
      end(listening);
    });
  }

  private static final class Buffered implements BufferedProtocol {
    final ByteBuffer buffer = ByteBuffer.allocate(3);
    final Future<@Nullable Void> done = getRunningLoop().createFuture();

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      return buffer.clear();
    }

    @Override
    public void bufferUpdated(int bytes) {
      print("buffered", new String(buffer.array(), 0, bytes, UTF_8));
    }

    @Override
    public boolean eofReceived() {
      print("buffered eof");
      return false;
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      print("buffered lost", exception);
      done.setResult(null);
    }
  }

  @Scenario("X6")
  static void anEmptyBufferIsFatal() throws Exception {
    run(() -> {
      getRunningLoop()
          .setExceptionHandler(
              (loop, error) -> print("handler", kind(Objects.requireNonNull(error.exception()))));
      var server = new Empty();
      var listening = Transports.createServer(() -> server, HOST, 0);
      var transport =
          Transports.createConnection(() -> new Protocol() {}, HOST, port(listening)).transport();
      transport.write(new byte[1]);
      server.lost.await();
      transport.abort();
      end(listening);
    });
  }

  private static final class Empty implements BufferedProtocol {
    final Future<@Nullable Void> lost = getRunningLoop().createFuture();

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      return ByteBuffer.allocate(0);
    }

    @Override
    public void bufferUpdated(int bytes) {
      throw new AssertionError();
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      print("lost", kind(Objects.requireNonNull(exception)));
      lost.setResult(null);
    }
  }

  @Scenario("X10")
  static void aPortInUseIsTold() throws Exception {
    run(() -> {
      var first = Transports.createServer(() -> new Recorder("server"), HOST, 0);
      int port = port(first);
      try {
        Transports.createServer(() -> new Recorder("server"), HOST, port);
      } catch (IOException e) {
        print(told(e, "address"), told(e, Integer.toString(port)));
      }
      end(first);
    });
  }

  private static boolean told(Throwable e, String what) {
    return Objects.requireNonNull(e.getMessage()).contains(what);
  }

  @Scenario("X10")
  static void aDuplicateAddressIsBoundOnce() throws Exception {
    run(() -> {
      var server =
          Transports.createServer(
              () -> new Recorder("server"), List.of(HOST, HOST), 0, ServerOptions.defaults());
      print(server.sockets().size());
      end(server);
    });
  }

  @Scenario("X11")
  static void aClosedServerLeavesItsClientsAlone() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var server = new Recorder("server");
      var listening = connect(client, server);
      print(listening.isServing(), listening.sockets().size());
      listening.close();
      listening.close();
      print(listening.isServing(), listening.sockets().size());
      client.transport().write("still there".getBytes(UTF_8));
      server.awaitData();
      var waiting = createTask(() -> listening.waitClosed());
      pause(3);
      print("waiting", !waiting.done());
      client.transport().close();
      waiting.await();
      client.lost.await();
    });
  }

  @Scenario("X11")
  static void waitClosedWaitsForCloseToo() throws Exception {
    run(() -> {
      var server = Transports.createServer(() -> new Recorder("server"), HOST, 0);
      var waiting = createTask(() -> server.waitClosed());
      pause(3);
      print(waiting.done());
      server.close();
      waiting.await();
      server.waitClosed();
      print("closed");
    });
  }

  @Scenario("X11")
  static void closeClientsFlushesAndAbortClientsDoesNot() throws Exception {
    run(() -> {
      for (boolean abort : new boolean[] {false, true}) {
        var client = Recorder.quiet("client");
        var server = new Recorder("server");
        var listening = connect(client, server);
        server.transport().setWriteBufferLimits(100_000_000);
        client.transport().pauseReading();
        server.transport().write(new byte[10_000_000]);
        listening.close();
        if (abort) {
          listening.abortClients();
        } else {
          listening.closeClients();
        }
        client.transport().resumeReading();
        client.lost.await();
        server.lost.await();
        print(client.received.size() == 10_000_000);
        listening.waitClosed();
      }
    });
  }

  @Scenario("X11")
  static void serveForeverEndsWithItsTask() throws Exception {
    run(() -> {
      var server =
          Transports.createServer(
              () -> new Recorder("server"), HOST, 0, ServerOptions.defaults().startServing(false));
      print(server.isServing());
      var task = createTask(() -> server.serveForever());
      pause(2);
      print(server.isServing());
      try {
        server.serveForever();
      } catch (IllegalStateException e) {
        print("refused");
      }
      task.cancel();
      print(outcome(task));
      print(server.isServing(), server.sockets().size());
      try {
        server.serveForever();
      } catch (IllegalStateException e) {
        print("refused");
      }
    });
  }

  @Scenario("X11")
  static void closeEndsServeForever() throws Exception {
    run(() -> {
      var server = Transports.createServer(() -> new Recorder("server"), HOST, 0);
      var task = createTask(() -> server.serveForever());
      pause(2);
      server.close();
      print(outcome(task));
    });
  }

  @Scenario("X11")
  static void aCancelledServeForeverClosesItsClients() throws Exception {
    run(() -> {
      var client = new Recorder("client");
      var listening = connect(client, new Recorder("server"));
      var task = createTask(() -> listening.serveForever());
      pause(2);
      task.cancel();
      print(outcome(task));
      client.lost.await();
    });
  }

  @Scenario("X9")
  static void iterationsOfMakingAServer() throws Exception {
    run(() -> {
      var clock = new Clock(getRunningLoop());
      for (boolean start : new boolean[] {true, false}) {
        var made = new Server[1];
        var options = ServerOptions.defaults().startServing(start);
        print(
            clock.count(() ->
                made[0] = Transports.createServer(() -> new Protocol() {}, HOST, 0, options)));
        print(clock.count(made[0]::startServing));
        made[0].close();
        made[0].waitClosed();
        print(clock.count(made[0]::waitClosed));
      }
      var hosts = List.of(HOST, "127.0.0.2", "127.0.0.3");
      var made = new Server[1];
      int count =
          clock.count(() ->
              made[0] =
                  Transports.createServer(
                      () -> new Protocol() {}, hosts, 0, ServerOptions.defaults()));
      print(count, made[0].sockets().size());
      made[0].close();
      try (var channel = ServerSocketChannel.open()) {
        channel.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), 0));
        print(
            clock.count(() ->
                made[0] =
                    Transports.createServer(
                        () -> new Protocol() {}, channel, ServerOptions.defaults())));
        made[0].close();
      }
    });
  }

  @Scenario("X9")
  static void iterationsOfWaitingForAClosedServer() throws Exception {
    run(() -> {
      var clock = new Clock(getRunningLoop());
      var server = Transports.createServer(() -> new Protocol() {}, HOST, 0);
      var closing =
          createTask(() -> {
            server.close();
            return clock.ticks();
          });
      server.waitClosed();
      print(clock.ticks() - closing.await());
    });
  }

  @Scenario("X1")
  static void iterationsOfAcceptingAConnection() throws Exception {
    run(() -> {
      var clock = new Clock(getRunningLoop());
      var ticks = new int[2];
      var connected = getRunningLoop().<@Nullable Void>createFuture();
      var server =
          Transports.createServer(
              () -> {
                ticks[0] = clock.ticks();
                return new Protocol() {
                  @Override
                  public void connectionMade(Transport transport) {
                    ticks[1] = clock.ticks();
                    transport.close();
                    connected.setResult(null);
                  }
                };
              },
              HOST,
              0);
      try (var _ = SocketChannel.open(address(server))) {
        int start = clock.ticks();
        connected.await();
        print(ticks[0] - start, ticks[1] - start);
      }
      server.close();
      server.waitClosed();
    });
  }

  @Scenario("X9")
  static void aFactoryThatFailsStopsNobodyElse() throws Exception {
    run(() -> {
      getRunningLoop().setExceptionHandler((loop, error) -> {}); // always told here
      var good = new Recorder("server");
      var protocols = new ArrayDeque<Object>(List.of(new Oops("no protocol"), good));
      var listening =
          Transports.createServer(
              () -> {
                var next = protocols.removeFirst();
                if (next instanceof Oops oops) {
                  throw oops;
                }
                return (Protocol) next;
              },
              HOST,
              0);
      int port = port(listening);
      Transports.createConnection(() -> new Protocol() {}, HOST, port).transport().close();
      var second = Transports.createConnection(() -> new Recorder("second"), HOST, port).protocol();
      good.made.await();
      end(listening, second, good);
    });
  }

  @Scenario("X12")
  static void aRefusedConnectionIsOneError() throws Exception {
    run(() -> {
      try (var taken = SocketChannel.open()) {
        taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) Objects.requireNonNull(taken.getLocalAddress())).getPort();
        try {
          Transports.createConnection(() -> new Recorder("client"), HOST, port);
        } catch (IOException e) {
          print(told(e, "Connect call failed"), told(e, Integer.toString(port)));
        }
        try {
          Transports.createConnection(
              () -> new Recorder("client"), HOST, port, ConnectOptions.defaults().allErrors(true));
        } catch (ExceptionGroup group) {
          print(group.exceptions().size());
        }
      }
    });
  }

  @Scenario("X12")
  static void aGivenSocketIsUsed() throws Exception {
    run(() -> {
      var server = new Recorder("server");
      var listening = Transports.createServer(() -> server, HOST, 0);
      var channel = SocketChannel.open(address(listening));
      var client =
          Transports.createConnection(
                  () -> new Recorder("client"), channel, ConnectOptions.defaults())
              .protocol();
      server.made.await();
      end(listening, client, server);
    });
  }

  @Scenario("X1")
  static void anAcceptedSocketBecomesATransport() throws Exception {
    run(() -> {
      try (var listening = ServerSocketChannel.open()) {
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var other = SocketChannel.open(Objects.requireNonNull(listening.getLocalAddress()));
        var connection =
            Transports.connectAcceptedSocket(
                () -> new Recorder("server"), listening.accept(), null);
        var server = connection.protocol();
        print("connected", connection.transport() == server.transport);
        other.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
        server.awaitData();
        other.close();
        server.lost.await();
      }
    });
  }
}
