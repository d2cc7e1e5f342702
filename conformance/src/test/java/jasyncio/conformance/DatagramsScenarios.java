package jasyncio.conformance;

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
import jasyncio.Future;
import jasyncio.net.DatagramOptions;
import jasyncio.net.DatagramProtocol;
import jasyncio.net.DatagramTransport;
import jasyncio.net.Datagrams;
import jasyncio.net.ExtraInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Endpoints for datagrams: rule X13, and X3, X4 and X6 as far as they concern them.
final class DatagramsScenarios {
  private static final String HOST = "127.0.0.1";

  private DatagramsScenarios() {}

  /// Prints what it is told.
  private static class Recorder implements DatagramProtocol {
    final String name;
    @Nullable DatagramTransport transport;
    int count;
    @Nullable SocketAddress last;
    final Future<@Nullable Void> lost = getRunningLoop().createFuture();

    Recorder(String name) {
      this.name = name;
    }

    @Override
    public void connectionMade(DatagramTransport newTransport) {
      transport = newTransport;
      print(name, "made");
    }

    @Override
    public void datagramReceived(byte[] data, SocketAddress from) {
      print(name, "datagram", new String(data, UTF_8));
      count++;
      last = from;
    }

    @Override
    public void errorReceived(IOException error) {
      print(name, "error", true);
      count++;
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      print(name, "lost", exception);
      lost.setResult(null);
    }

    DatagramTransport transport() {
      return Objects.requireNonNull(transport);
    }

    InetSocketAddress address() {
      return (InetSocketAddress)
          Objects.requireNonNull(transport().getExtraInfo(ExtraInfo.SOCKNAME));
    }

    void send(String text) {
      transport().sendto(text.getBytes(UTF_8));
    }

    void send(String text, @Nullable SocketAddress address) {
      transport().sendto(text.getBytes(UTF_8), address);
    }

    /// Waits until it was told of so many datagrams and errors.
    void told(int wanted) {
      while (count < wanted) {
        sleep(0.001);
      }
    }
  }

  private static <P extends Recorder> P endpoint(P protocol) throws IOException {
    return endpoint(protocol, DatagramOptions.local(HOST, 0));
  }

  private static <P extends Recorder> P endpoint(P protocol, DatagramOptions options)
      throws IOException {
    Datagrams.createDatagramEndpoint(() -> protocol, options);
    return protocol;
  }

  private static DatagramOptions local(Recorder other) {
    return DatagramOptions.defaults().localAddress(other.address());
  }

  private static Recorder bound(String name) throws IOException {
    return endpoint(new Recorder(name));
  }

  private static Recorder connected(String name, Recorder other) throws IOException {
    return endpoint(new Recorder(name), DatagramOptions.defaults().remoteAddress(other.address()));
  }

  /// Closes and waits.
  private static void end(Recorder... protocols) {
    for (var protocol : protocols) {
      protocol.transport().close();
      protocol.lost.await();
    }
  }

  private static String kindOf(String described) {
    return described.replaceAll("(?s):.*", "");
  }

  @Scenario("X13")
  static void orderOfAnEndpoint() throws Exception {
    run(() -> {
      var a = bound("a");
      print("created", a.transport().isClosing());
      var b = bound("b");
      a.send("hello", b.address());
      b.told(1);
      print(a.address().equals(b.last));
      a.transport().close();
      print("closed", a.transport().isClosing());
      a.lost.await();
      end(b);
    });
  }

  @Scenario("X13")
  static void datagramsKeepTheirBoundaries() throws Exception {
    run(() -> {
      var a = bound("a");
      var b = bound("b");
      for (var text : List.of("one", "two", "", "four")) {
        a.send(text, b.address());
      }
      b.told(4);
      end(a, b);
    });
  }

  @Scenario("X13")
  static void oneDatagramIsReceivedInAnIteration() throws Exception {
    run(() -> {
      var a = bound("a");
      var b =
          endpoint(
              new Recorder("b") {
                @Override
                public void datagramReceived(byte[] data, SocketAddress from) {
                  super.datagramReceived(data, from);
                  getRunningLoop().callSoon(() -> print("soon"));
                }
              });
      b.transport().pauseReading();
      a.send("1", b.address());
      a.send("2", b.address());
      sleep(0.02);
      b.transport().resumeReading();
      b.told(2);
      end(a, b);
    });
  }

  @Scenario("X13")
  static void anUnconnectedEndpointAnswersItsSenders() throws Exception {
    run(() -> {
      var server = bound("server");
      var clients = List.of(connected("one", server), connected("two", server));
      for (int i = 0; i < 2; i++) {
        clients.get(i).send("ping");
        server.told(i + 1);
        server.send("pong", server.last);
        clients.get(i).told(1);
      }
      end(clients.get(0), clients.get(1), server);
    });
  }

  @Scenario("X13")
  static void aConnectedEndpointHearsItsPeerAlone() throws Exception {
    run(() -> {
      var a = bound("a");
      var stranger = bound("stranger");
      var b = connected("b", a);
      stranger.send("stranger", b.address());
      a.send("peer", b.address());
      b.told(1);
      sleep(0.01);
      print(b.count);
      end(a, b, stranger);
    });
  }

  @Scenario("X13")
  static void aConnectedEndpointRefusesOtherAddresses() throws Exception {
    run(() -> {
      var a = bound("a");
      var b = connected("b", a);
      var result = attempt(() -> b.send("x", b.address()));
      print(kindOf(result), result.contains("Invalid address"));
      b.send("named", a.address());
      b.send("none", null);
      a.told(2);
      end(a, b);
    });
  }

  @Scenario("X13")
  static void aMissingPeerIsAnErrorAndNotTheEnd() throws Exception {
    run(() -> {
      var a = bound("a");
      var b = connected("b", a);
      end(a);
      b.send("x");
      b.told(1);
      print(b.transport().isClosing());
      var again = endpoint(new Recorder("again"), local(a));
      b.send("back");
      again.told(1);
      end(again, b);
    });
  }

  @Scenario("X13")
  static void tooLongADatagramIsAnErrorAtOnce() throws Exception {
    run(() -> {
      var a = bound("a");
      print("before");
      a.transport().sendto(new byte[70_000], a.address());
      print("after");
      a.send("short", a.address());
      a.told(2);
      end(a);
    });
  }

  @Scenario("X3")
  static void closeAndAbortCallConnectionLostSoon() throws Exception {
    run(() -> {
      for (var name : List.of("close", "abort")) {
        var a = bound(name);
        Action<?> call =
            name.equals("close") ? () -> a.transport().close() : () -> a.transport().abort();
        call.run();
        call.run();
        print("called", a.transport().isClosing(), a.lost.done());
        pause();
        print("an iteration later", a.lost.done());
      }
    });
  }

  @Scenario("X5")
  static void sendtoAfterCloseIsDroppedWithAWarningFromTheFifthOn() throws Exception {
    run(() -> {
      var a = bound("a");
      var b = connected("b", a);
      end(b);
      for (int number = 0; number < 7; number++) {
        print(number + 1, logsCounted(() -> b.send("x")));
      }
      end(a);
      print(a.count);
    });
  }

  /// Counts what is logged.
  private static int logsCounted(Runnable body) {
    var seen = new AtomicInteger();
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
              seen.incrementAndGet();
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    var logger = Logger.getLogger("jasyncio");
    logger.addHandler(handler);
    try {
      body.run();
    } finally {
      logger.removeHandler(handler);
    }
    return seen.get();
  }

  @Scenario("X6")
  static void readingCanBePaused() throws Exception {
    run(() -> {
      var a = bound("a");
      var b = bound("b");
      b.transport().pauseReading();
      b.transport().pauseReading();
      print(b.transport().isReading());
      a.send("later", b.address());
      sleep(0.01);
      print("resume");
      b.transport().resumeReading();
      b.transport().resumeReading();
      print(b.transport().isReading());
      b.told(1);
      end(a, b);
      print(b.transport().isReading());
    });
  }

  @Scenario("X4")
  static void waterMarks() throws Exception {
    run(() -> {
      var a = bound("a");
      var transport = a.transport();
      var limits = transport.getWriteBufferLimits();
      print(limits.low(), limits.high(), transport.getWriteBufferSize());
      transport.setWriteBufferLimits(1000);
      print(transport.getWriteBufferLimits().low(), transport.getWriteBufferLimits().high());
      transport.setWriteBufferLimits(10, 5);
      print(transport.getWriteBufferLimits().low(), transport.getWriteBufferLimits().high());
      print(attempt(() -> transport.setWriteBufferLimits(1, 2)));
      end(a);
    });
  }

  @Scenario("X13")
  static void anEndpointNeedsAnAddressOrAFamily() throws Exception {
    run(() -> {
      print(outcome(() -> endpoint(new Recorder("never"), DatagramOptions.defaults())));
      var a =
          endpoint(
              new Recorder("a"), DatagramOptions.defaults().family(StandardProtocolFamily.INET));
      print(a.transport().getExtraInfo(ExtraInfo.PEERNAME));
      var b = bound("b");
      a.send("x", b.address());
      b.told(1);
      end(a, b);
    });
  }

  @Scenario("X13")
  static void addressesOfTwoFamiliesDoNotFit() {
    run(() -> {
      var remote = new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);
      print(
          outcome(() ->
              endpoint(
                  new Recorder("never"), DatagramOptions.local(HOST, 0).remoteAddress(remote))));
    });
  }

  @Scenario("X13")
  static void aPortInUseIsAnError() throws Exception {
    run(() -> {
      var a = bound("a");
      try {
        endpoint(new Recorder("never"), local(a));
      } catch (IOException e) {
        print("OSError");
      }
      end(a);
    });
  }

  @Scenario("X13")
  static void twoMayShareAPortIfBothAllowIt() throws Exception {
    run(() -> {
      var a = endpoint(new Recorder("a"), DatagramOptions.local(HOST, 0).reusePort(true));
      var b = endpoint(new Recorder("b"), local(a).reusePort(true));
      print(a.address().equals(b.address()));
      end(a, b);
    });
  }

  @Scenario("X13")
  static void withBroadcastAllowedTheRemoteAddressIsNotConnectedTo() throws Exception {
    run(() -> {
      var a = bound("a");
      var stranger = bound("stranger");
      var b =
          endpoint(
              new Recorder("b"),
              DatagramOptions.local(HOST, 0).remoteAddress(a.address()).allowBroadcast(true));
      print(b.transport().getExtraInfo(ExtraInfo.PEERNAME));
      b.send("to the remote address");
      a.told(1);
      print(kindOf(attempt(() -> b.send("x", stranger.address()))));
      stranger.send("heard", b.address());
      b.told(1);
      end(a, b, stranger);
    });
  }

  @Scenario("X13")
  static void aProtocolThatFailsIsReportedAndGoesOn() throws Exception {
    run(() -> {
      report(getRunningLoop());
      var a = bound("a");
      var b =
          endpoint(
              new Recorder("b") {
                @Override
                public void datagramReceived(byte[] data, SocketAddress from) {
                  super.datagramReceived(data, from);
                  throw new Oops(new String(data, UTF_8));
                }
              });
      for (int number = 1; number <= 2; number++) {
        a.send("" + number, b.address());
        b.told(number);
      }
      pause();
      print(b.transport().isClosing());
      end(a, b);
    });
  }

  @Scenario("X6")
  static void aNewProtocolIsToldOfWhatFollows() throws Exception {
    run(() -> {
      var a = bound("a");
      var b = bound("b");
      var other = new Recorder("other");
      other.transport = b.transport();
      b.transport().setProtocol(other);
      print(b.transport().getProtocol() == other);
      a.send("x", b.address());
      other.told(1);
      end(other, a);
      print(b.lost.done());
    });
  }

  @Scenario("X13")
  static void aGivenSocketIsUsedAsItIs() throws Exception {
    run(() -> {
      var a = bound("a");
      var channel = DatagramChannel.open(StandardProtocolFamily.INET);
      channel.connect(a.address());
      var b = new Recorder("b");
      Datagrams.createDatagramEndpoint(() -> b, channel);
      print(a.address().equals(b.transport().getExtraInfo(ExtraInfo.PEERNAME)));
      b.send("x");
      a.told(1);
      a.send("y", b.address());
      b.told(1);
      end(a, b);
    });
  }
}
