package jasyncio;

import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.net.Datagrams;
import jasyncio.net.Sockets;
import jasyncio.testing.CancelEverywhere.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every wait for a bare socket or a datagram, cancelled everywhere.
@Tag("slow")
class CancelSocketTest {
  private static final byte[] MUCH = new byte[1 << 20];

  static @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  static List<Scenario> scenarios() {
    var all = new ArrayList<Scenario>();
    all.addAll(streams());
    all.addAll(connections());
    all.addAll(datagrams());
    all.addAll(names());
    return all.stream().map(Scenario::asExternal).toList();
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /// Two ends of a connection, to be closed after the run.
  private record Pair(SocketChannel near, SocketChannel far) {
    static Pair open(Run run) throws IOException {
      try (var server = ServerSocketChannel.open().bind(anyPort())) {
        var near = run.closing(SocketChannel.open(server.getLocalAddress()));
        var far = run.closing(server.accept());
        near.configureBlocking(false);
        far.configureBlocking(false);
        return new Pair(near, far);
      }
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  /// Receives and counts.
  private static final class Drain {
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
    private final SocketChannel channel;
    private long received;

    Drain(SocketChannel channel) {
      this.channel = channel;
    }

    /// Makes room now and then; what is not there is not waited for.
    void someTurns() throws IOException {
      for (int i = 0; i < 10; i++) {
        sleep(0);
        received += channel.read(buffer.clear());
      }
    }

    /// Receives exactly what makes up `total`.
    void receive(long total) throws IOException {
      while (received < total) {
        received += Sockets.sockRecvInto(channel, buffer.clear());
      }
      assertThat(received).isEqualTo(total);
    }
  }

  // ---- bytes ------------------------------------------------------------------------------------

  private static List<Scenario> streams() {
    return List.of(
        scenario(
            "Sockets.sockRecv",
            "what was not received is still there",
            run -> {
              var pair = Pair.open(run);
              run.victim(() -> run.got(text(Sockets.sockRecv(pair.near, 100))));
              run.other(() -> {
                sleep(0);
                Sockets.sockSendall(pair.far, "abc".getBytes(UTF_8));
              });
              run.atEnd(() -> {
                if (!run.succeeded()) {
                  run.got(text(Sockets.sockRecv(pair.near, 100)));
                }
                assertThat(run.got()).containsExactly("abc");
              });
            }),
        scenario(
            "Sockets.sockRecvInto",
            "what was not received is still there",
            run -> {
              var pair = Pair.open(run);
              var buffer = ByteBuffer.allocate(100);
              run.victim(() -> Sockets.sockRecvInto(pair.near, buffer));
              run.other(() -> {
                sleep(0);
                Sockets.sockSendall(pair.far, "abc".getBytes(UTF_8));
              });
              run.atEnd(() -> {
                if (buffer.position() == 0) {
                  Sockets.sockRecvInto(pair.near, buffer);
                }
                assertThat(buffer.position()).isEqualTo(3);
              });
            }),
        scenario(
                "Sockets.sockSendall",
                "the buffer says what was sent",
                run -> {
                  var pair = Pair.open(run);
                  var data = ByteBuffer.wrap(MUCH);
                  run.victim(() -> Sockets.sockSendall(pair.near, data));
                  var far = new Drain(pair.far);
                  run.other(far::someTurns);
                  run.atEnd(() -> {
                    far.receive(data.position());
                    if (run.succeeded()) {
                      assertThat(data.hasRemaining()).isFalse();
                    }
                  });
                })
            .without(Way.OTHERS),
        scenario(
                "Sockets.sockSendfile",
                "the file's position says what was sent",
                run -> {
                  var pair = Pair.open(run);
                  var path = Files.write(folder.resolve("much"), MUCH);
                  var file = run.closing(FileChannel.open(path, StandardOpenOption.READ));
                  run.victim(() -> Sockets.sockSendfile(pair.near, file));
                  var far = new Drain(pair.far);
                  run.other(far::someTurns);
                  run.atEnd(() -> far.receive(file.position()));
                })
            .without(Way.GO_ON));
  }

  // ---- connections ------------------------------------------------------------------------------

  private static List<Scenario> connections() {
    return List.of(
        scenario(
            "Sockets.sockAccept",
            "a connection that was not accepted is still there",
            run -> {
              var server = run.closing(ServerSocketChannel.open().bind(anyPort()));
              server.configureBlocking(false);
              run.victim(() -> run.got(run.closing(Sockets.sockAccept(server))));
              run.other(() -> {
                sleep(0);
                var client = run.closing(SocketChannel.open());
                client.configureBlocking(false);
                Sockets.sockConnect(client, server.getLocalAddress());
              });
              run.atEnd(() -> {
                if (run.got().isEmpty()) {
                  run.closing(Sockets.sockAccept(server));
                }
              });
            }),
        scenario(
            "Sockets.sockConnect",
            "to a server that listens",
            run -> {
              var server = run.closing(ServerSocketChannel.open().bind(anyPort()));
              run.victim(() -> {
                try (var client = SocketChannel.open()) {
                  client.configureBlocking(false);
                  Sockets.sockConnect(client, server.getLocalAddress());
                  run.got("connected");
                }
              });
            }));
  }

  // ---- datagrams --------------------------------------------------------------------------------

  private static List<Scenario> datagrams() {
    return List.of(
        scenario(
            "Sockets.sockRecvfrom Sockets.sockRecvfromInto Sockets.sockSendto",
            "what was not received is still there",
            run -> {
              var near = run.closing(DatagramChannel.open().bind(anyPort()));
              var far = run.closing(DatagramChannel.open().bind(anyPort()));
              near.configureBlocking(false);
              far.configureBlocking(false);
              run.victim(() -> {
                run.got(Sockets.sockRecvfrom(near, 10).text());
                var buffer = ByteBuffer.allocate(10);
                Sockets.sockRecvfromInto(near, buffer);
                run.got(text(buffer.array()).substring(0, buffer.position()));
              });
              run.other(() -> {
                sleep(0);
                Sockets.sockSendto(far, "a".getBytes(UTF_8), near.getLocalAddress());
                sleep(0);
                Sockets.sockSendto(far, "b".getBytes(UTF_8), near.getLocalAddress());
                Sockets.sockSendto(far, "c".getBytes(UTF_8), near.getLocalAddress());
              });
              run.atEnd(() -> {
                while (run.got().size() < 3) {
                  run.got(Sockets.sockRecvfrom(near, 10).text());
                }
                assertThat(run.got()).containsExactly("a", "b", "c");
              });
            }),
        scenario(
            "DatagramStream.receive DatagramStream.send Datagrams.bind",
            "two receive, each datagram goes to one",
            run -> {
              var near = Datagrams.bind("127.0.0.1", 0);
              var far = Datagrams.bind("127.0.0.1", 0);
              run.watch(near);
              run.watch(far);
              run.inLine(2, 0, () -> run.got(near.receive().text()));
              run.other(() -> {
                sleep(0);
                far.send("a".getBytes(UTF_8), near.localAddress());
                far.send("b".getBytes(UTF_8), near.localAddress());
              });
              run.atEnd(() -> {
                while (run.got().size() < 2) {
                  run.got(near.receive().text());
                }
                assertThat(run.got()).containsExactlyInAnyOrder("a", "b");
                near.close();
                far.close();
                near.waitClosed();
                far.waitClosed();
              });
            }),
        scenario(
            "DatagramStream.iterator DatagramStream.waitClosed",
            "one iterates, several wait for the end",
            run -> {
              var near = run.watch(Datagrams.bind("127.0.0.1", 0));
              var far = run.watch(Datagrams.bind("127.0.0.1", 0));
              run.victim(() -> {
                for (var datagram : near) {
                  run.got(datagram.text());
                }
                near.waitClosed();
              });
              run.other(near::waitClosed);
              run.other(() -> {
                sleep(0);
                far.send("a".getBytes(UTF_8), near.localAddress());
                sleep(0);
                near.close();
              });
              run.atEnd(() -> {
                far.close();
                far.waitClosed();
              });
            }),
        scenario(
            "Datagrams.bind Datagrams.connect Datagrams.open Datagrams.createDatagramEndpoint",
            "opened and closed",
            run -> {
              run.victim(() -> {
                try (var a = Datagrams.bind("127.0.0.1", 0)) {
                  int port = ((InetSocketAddress) a.localAddress()).getPort();
                  try (var b = Datagrams.connect("127.0.0.1", port)) {
                    b.send("a".getBytes(UTF_8));
                    run.got(a.receive().text());
                  }
                }
                var options = jasyncio.net.DatagramOptions.local("127.0.0.1", 0);
                Datagrams.open(options).close();
                Datagrams.createDatagramEndpoint(
                        () -> new jasyncio.net.DatagramProtocol() {}, options)
                    .transport()
                    .close();
                sleep(0);
              });
            }));
  }

  private static List<Scenario> names() {
    return List.of(
        scenario(
            "Sockets.getaddrinfo Sockets.getnameinfo",
            "of this machine",
            run -> {
              run.victim(() -> {
                run.got(Sockets.getaddrinfo("localhost", 80));
                run.got(
                    Sockets.getnameinfo(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 80)));
              });
            }));
  }
}
