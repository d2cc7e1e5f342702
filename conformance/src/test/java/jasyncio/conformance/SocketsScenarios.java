package jasyncio.conformance;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.report;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Action;
import jasyncio.net.DatagramProtocol;
import jasyncio.net.Datagrams;
import jasyncio.net.Sockets;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/// What the loop does with bare channels: rules L15 and X15, and names to addresses.
final class SocketsScenarios {
  private static final String HOST = "127.0.0.1";

  private SocketsScenarios() {}

  private static InetSocketAddress any() {
    return new InetSocketAddress(InetAddress.ofLiteral(HOST), 0);
  }

  /// Two connected sockets.
  private record Pair(SocketChannel left, SocketChannel right) implements Closeable {
    static Pair open() throws IOException {
      try (var server = ServerSocketChannel.open().bind(any())) {
        var left = SocketChannel.open(server.getLocalAddress());
        var right = server.accept();
        left.configureBlocking(false);
        right.configureBlocking(false);
        return new Pair(left, right);
      }
    }

    void send(String text) throws IOException {
      right.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    @Override
    public void close() throws IOException {
      left.close();
      right.close();
    }
  }

  private static ServerSocketChannel listening() throws IOException {
    var channel = ServerSocketChannel.open().bind(any());
    channel.configureBlocking(false);
    return channel;
  }

  private static DatagramChannel datagrams() throws IOException {
    var channel = DatagramChannel.open(StandardProtocolFamily.INET).bind(any());
    channel.configureBlocking(false);
    return channel;
  }

  private static SocketChannel client() throws IOException {
    var channel = SocketChannel.open();
    channel.configureBlocking(false);
    return channel;
  }

  private static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      sleep(0);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private static String kindOf(String described) {
    return described.replaceAll("(?s):.*", "");
  }

  // ---- callbacks --------------------------------------------------------------------------------

  @Scenario("L15")
  static void aReaderRunsInEachIterationWhileThereIsSomething() throws Exception {
    run(() -> {
      var seen = new ArrayList<Integer>();
      try (var pair = Pair.open()) {
        Sockets.addReader(pair.left(), () -> seen.add(1));
        sleep(0.01);
        print(seen.size());
        pair.send("x");
        until(() -> seen.size() >= 3);
        pair.left().read(ByteBuffer.allocate(10));
        sleep(0.01);
        int before = seen.size();
        sleep(0.01);
        print(seen.size() == before);
        print(Sockets.removeReader(pair.left()));
      }
    });
  }

  @Scenario("L15")
  static void removingTellsWhetherThereWasSomething() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        var left = pair.left();
        print(Sockets.removeReader(left), Sockets.removeWriter(left));
        Sockets.addReader(left, () -> {});
        print(Sockets.removeWriter(left));
        print(Sockets.removeReader(left), Sockets.removeReader(left));
        Sockets.addWriter(left, () -> {});
        print(Sockets.removeReader(left));
        print(Sockets.removeWriter(left), Sockets.removeWriter(left));
      }
    });
  }

  @Scenario("L15")
  static void aSecondReaderReplacesTheFirst() throws Exception {
    run(() -> {
      var seen = new ArrayList<String>();
      try (var pair = Pair.open()) {
        Sockets.addReader(pair.left(), () -> seen.add("first"));
        Sockets.addReader(pair.left(), () -> seen.add("second"));
        pair.send("x");
        until(() -> !seen.isEmpty());
        print(seen.getFirst(), seen.contains("first"));
        Sockets.removeReader(pair.left());
      }
    });
  }

  @Scenario("L15")
  static void whatIsQueuedAlreadyCanBeTakenBack() throws Exception {
    run(() -> {
      var seen = new ArrayList<String>();
      try (var a = Pair.open();
          var b = Pair.open()) {
        Runnable removeBoth =
            () -> {
              seen.add("one");
              print(Sockets.removeReader(a.left()), Sockets.removeReader(b.left()));
            };
        a.send("x");
        b.send("x");
        Sockets.addReader(a.left(), removeBoth);
        Sockets.addReader(b.left(), removeBoth);
        until(() -> !seen.isEmpty());
        pause(3);
        print(seen.size());
      }
    });
  }

  @Scenario("L15")
  static void whatIsQueuedAlreadyCanBeReplaced() throws Exception {
    run(() -> {
      var seen = new ArrayList<String>();
      try (var a = Pair.open();
          var b = Pair.open()) {
        a.send("x");
        b.send("x");
        Sockets.addReader(a.left(), () -> replace(seen, a, b));
        Sockets.addReader(b.left(), () -> replace(seen, b, a));
        until(() -> seen.size() > 1);
        pause(3);
        print(seen);
      }
    });
  }

  private static void replace(List<String> seen, Pair own, Pair other) {
    seen.add("replaces");
    Sockets.removeReader(own.left());
    Sockets.addReader(
        other.left(),
        () -> {
          seen.add("replacement");
          Sockets.removeReader(other.left());
        });
  }

  @Scenario("L15")
  static void readerAndWriterOfASocketAreIndependent() throws Exception {
    run(() -> {
      var seen = new TreeSet<String>();
      try (var pair = Pair.open()) {
        Sockets.addReader(pair.left(), () -> seen.add("reader"));
        Sockets.addWriter(pair.left(), () -> seen.add("writer"));
        until(() -> !seen.isEmpty());
        print(seen);
        Sockets.removeWriter(pair.left());
        seen.clear();
        pair.send("x");
        until(() -> !seen.isEmpty());
        print(seen);
        Sockets.removeReader(pair.left());
      }
    });
  }

  @Scenario("L15")
  static void aReaderThatFailsIsReportedAndStays() throws Exception {
    run(() -> {
      report(getRunningLoop());
      var seen = new ArrayList<Integer>();
      try (var pair = Pair.open()) {
        Sockets.addReader(
            pair.left(),
            () -> {
              seen.add(1);
              if (seen.size() == 2) {
                Sockets.removeReader(pair.left());
              }
              throw new Oops("" + seen.size());
            });
        pair.send("x");
        until(() -> seen.size() == 2);
      }
    });
  }

  @Scenario("L15")
  static void theSocketOfATransportIsRefused() throws Exception {
    run(() -> {
      var channel = datagrams();
      var transport =
          Datagrams.createDatagramEndpoint(() -> new DatagramProtocol() {}, channel).transport();
      print(
          refused(() -> Sockets.addReader(channel, () -> {})),
          refused(() -> Sockets.removeReader(channel)));
      print(
          refused(() -> Sockets.addWriter(channel, () -> {})),
          refused(() -> Sockets.removeWriter(channel)));
      transport.close();
      pause(2);
    });
  }

  private static String refused(Action<?> call) {
    return kindOf(attempt(call));
  }

  @Scenario("L15")
  static void aWriterIsToldWhenAConnectHasEnded() throws Exception {
    run(() -> {
      try (var server = listening();
          var channel = client()) {
        var connected = getRunningLoop().<Boolean>createFuture();
        if (channel.connect(server.getLocalAddress())) {
          connected.setResult(true);
        }
        Sockets.addWriter(
            channel,
            () -> {
              Sockets.removeWriter(channel);
              try {
                connected.setResult(channel.finishConnect());
              } catch (IOException e) {
                connected.setException(e);
              }
            });
        print(connected.await());
      }
    });
  }

  // ---- coroutines -------------------------------------------------------------------------------

  @Scenario("X15")
  static void recvTakesWhatThereIsOrWaits() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        pair.send("hello");
        sleep(0.01);
        getRunningLoop().callSoon(() -> print("an iteration"));
        print(text(Sockets.sockRecv(pair.left(), 3)));
        print(text(Sockets.sockRecv(pair.left(), 100)));
        var task = createTask(() -> Sockets.sockRecv(pair.left(), 100));
        sleep(0.01);
        print(task.done());
        Sockets.sockSendall(pair.right(), "later".getBytes(UTF_8));
        print(text(task.await()));
      }
    });
  }

  @Scenario("X15")
  static void recvAtTheEndGivesNothing() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        var task = createTask(() -> Sockets.sockRecv(pair.left(), 100));
        pause();
        pair.right().close();
        print(task.await().length);
        print(Sockets.sockRecv(pair.left(), 100).length);
      }
    });
  }

  @Scenario("X15")
  static void recvIntoFillsABuffer() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        var buffer = ByteBuffer.allocate(10);
        var task = createTask(() -> Sockets.sockRecvInto(pair.left(), buffer));
        pause();
        pair.send("hello");
        int n = task.await();
        print(n, UTF_8.decode(buffer.flip()).toString());
      }
    });
  }

  @Scenario("X15")
  static void aCancelledRecvTakesNothing() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        var task = createTask(() -> Sockets.sockRecv(pair.left(), 100));
        pause();
        pair.send("kept");
        print(task.cancel(), outcome(task));
        print(Sockets.removeReader(pair.left()));
        print(text(Sockets.sockRecv(pair.left(), 100)));
      }
    });
  }

  @Scenario("X15")
  static void sendallWaitsUntilAllIsSent() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        int size = 20_000_000;
        var task = createTask(() -> Sockets.sockSendall(pair.left(), new byte[size]));
        pause(2);
        print(task.done());
        int received = 0;
        while (received < size) {
          received += Sockets.sockRecv(pair.right(), 1_000_000).length;
        }
        print(task.await(), received);
      }
    });
  }

  @Scenario("X15")
  static void acceptAndConnect() throws Exception {
    run(() -> {
      try (var server = listening();
          var channel = client()) {
        var task = createTask(() -> Sockets.sockAccept(server));
        pause();
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        Sockets.sockConnect(channel, InetSocketAddress.createUnresolved("localhost", port));
        try (var connection = task.await()) {
          print(
              connection.getRemoteAddress().equals(channel.getLocalAddress()),
              connection.isBlocking());
          Sockets.sockSendall(channel, "hello".getBytes(UTF_8));
          print(text(Sockets.sockRecv(connection, 100)));
        }
      }
    });
  }

  @Scenario("X15")
  static void aCancelledAcceptLeavesTheConnection() throws Exception {
    run(() -> {
      try (var server = listening();
          var channel = client()) {
        var task = createTask(() -> Sockets.sockAccept(server));
        pause();
        print(task.cancel(), outcome(task));
        Sockets.sockConnect(channel, server.getLocalAddress());
        try (var connection = Sockets.sockAccept(server)) {
          print(connection.getRemoteAddress().equals(channel.getLocalAddress()));
        }
      }
    });
  }

  @Scenario("X15")
  static void connectToNobody() throws Exception {
    run(() -> {
      var server = listening();
      var nobody = server.getLocalAddress();
      server.close();
      try (var channel = client()) {
        Sockets.sockConnect(channel, nobody);
      } catch (IOException e) {
        print("OSError", String.valueOf(e.getMessage()).contains("Connect call failed"));
      }
    });
  }

  @Scenario("X15")
  static void datagramsWithTheirSenders() throws Exception {
    run(() -> {
      try (var a = datagrams();
          var b = datagrams()) {
        var task = createTask(() -> Sockets.sockRecvfrom(b, 100));
        pause();
        print(Sockets.sockSendto(a, "hello".getBytes(UTF_8), b.getLocalAddress()));
        var datagram = task.await();
        print(datagram.text(), datagram.address().equals(a.getLocalAddress()));
        Sockets.sockSendto(a, "cut off".getBytes(UTF_8), b.getLocalAddress());
        print(Sockets.sockRecvfrom(b, 3).text());
        Sockets.sockSendto(a, new byte[0], b.getLocalAddress());
        print(Sockets.sockRecvfrom(b, 3).data().length);
        Sockets.sockSendto(a, "into".getBytes(UTF_8), b.getLocalAddress());
        var buffer = ByteBuffer.allocate(10);
        var address = Sockets.sockRecvfromInto(b, buffer);
        print(
            buffer.position(),
            UTF_8.decode(buffer.flip()).toString(),
            address.equals(a.getLocalAddress()));
      }
    });
  }

  @Scenario("X15")
  static void aBlockingSocketIsRefusedInDebugMode() throws Exception {
    run(() -> {
      getRunningLoop().setDebug(true);
      try (var channel = SocketChannel.open();
          var udp = datagrams()) {
        udp.configureBlocking(true);
        var data = new byte[1];
        var nobody = new InetSocketAddress(InetAddress.ofLiteral(HOST), 1);
        print(refused(() -> Sockets.sockRecv(channel, 1)));
        print(refused(() -> Sockets.sockSendall(channel, data)));
        print(refused(() -> Sockets.sockConnect(channel, nobody)));
        print(refused(() -> Sockets.sockRecvfrom(udp, 1)));
        print(refused(() -> Sockets.sockSendto(udp, data, nobody)));
      }
    });
  }

  @Scenario("X15")
  static void sendfileSendsAPartOrAll() throws Exception {
    run(() -> {
      var path = Files.writeString(Files.createTempFile("conformance", ""), "0123456789");
      try (var pair = Pair.open();
          var file =
              FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE)) {
        print(Sockets.sockSendfile(pair.left(), file, 2, 5L), file.position());
        print(text(Sockets.sockRecv(pair.right(), 100)));
        print(Sockets.sockSendfile(pair.left(), file, 7, null), file.position());
        print(text(Sockets.sockRecv(pair.right(), 100)));
        print(outcome(() -> Sockets.sockSendfile(pair.left(), file, -1, null)));
        print(outcome(() -> Sockets.sockSendfile(pair.left(), file, 0, 0L)));
      }
    });
  }

  // ---- names ------------------------------------------------------------------------------------

  @Scenario("X15")
  static void namesAndAddresses() throws Exception {
    run(() -> {
      var family = StandardProtocolFamily.INET;
      for (var address : Sockets.getaddrinfo(HOST, 80, family)) {
        print(address.getAddress().getHostAddress() + ":" + address.getPort());
      }
      var name = Sockets.getnameinfo(new InetSocketAddress(InetAddress.ofLiteral(HOST), 80));
      print(!name.isEmpty());
      try {
        Sockets.getaddrinfo("no-such-host.invalid", 80);
      } catch (IOException e) {
        print("OSError");
      }
    });
  }
}
