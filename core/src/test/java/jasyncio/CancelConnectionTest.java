package jasyncio;

import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.net.ConnectOptions;
import jasyncio.net.Pipes;
import jasyncio.net.Protocol;
import jasyncio.net.Server;
import jasyncio.net.ServerOptions;
import jasyncio.net.SharedServer;
import jasyncio.net.StreamConnection;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import jasyncio.net.TestPki;
import jasyncio.net.TlsContexts;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transports;
import jasyncio.testing.CancelEverywhere.Way;
import jasyncio.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every wait for a connection, a server or a pipe, cancelled everywhere.
@Tag("slow")
class CancelConnectionTest {
  private static final String HOST = "127.0.0.1";

  static @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  static List<Scenario> scenarios() {
    var all = new ArrayList<Scenario>();
    all.addAll(streams());
    all.addAll(servers());
    all.addAll(transports());
    all.addAll(tls());
    all.addAll(pipes());
    return all.stream().map(Scenario::asExternal).toList();
  }

  // ---- what they have in common -----------------------------------------------------------------

  private static int port(Server server) {
    return server.port();
  }

  /// Answers each line with the same.
  private static void echo(StreamReader reader, StreamWriter writer) {
    try (writer) {
      for (var line : reader) {
        writer.write(line);
        writer.drain();
      }
    } catch (IOException e) {
      writer.transport().abort(); // the client has gone
    }
  }

  /// Says something and gets it back.
  private static void talk(Run run, StreamConnection connection) throws IOException {
    try (var writer = connection.writer()) {
      writer.write("hello\n", UTF_8);
      writer.drain();
      run.got(connection.reader().readLine());
    }
    connection.writer().waitClosed();
  }

  /// A server for the time of the run, which ends its clients.
  private static Server serving(Run run, Server server) {
    run.atEnd(() -> {
      server.close();
      server.abortClients();
      server.waitClosed();
      assertThat(run.got()).isSubsetOf("hello");
      while (run.loop().tasks.toList().size() > 1) { // handlers that see the end
        sleep(0);
      }
    });
    return server;
  }

  private static final class Idle implements Protocol {}

  // ---- streams ----------------------------------------------------------------------------------

  private static List<Scenario> streams() {
    return List.of(
        scenario(
            "Streams.openConnection Streams.startServer",
            "a client that talks",
            run -> {
              var server = serving(run, Streams.startServer(CancelConnectionTest::echo, HOST, 0));
              int port = port(server);
              run.victim(() -> talk(run, Streams.openConnection(HOST, port)));
            }),
        scenario(
            "Streams.openUnixConnection Streams.startUnixServer",
            "a client that talks",
            run -> {
              var path = folder.resolve("socket");
              serving(run, Streams.startUnixServer(CancelConnectionTest::echo, path));
              run.victim(() -> talk(run, Streams.openUnixConnection(path)));
            }),
        scenario(
            "Streams.openConnection",
            "refused, both ways of looking",
            run -> {
              int port = Ports.free();
              run.victim(() -> {
                try {
                  Streams.openConnection(HOST, port);
                } catch (IOException e) {
                  run.got("refused");
                }
              });
            }),
        scenario(
            "Streams.startServer Server.close Server.waitClosed",
            "a server that comes and goes",
            run -> {
              run.victim(() -> {
                try (var server = Streams.startServer(CancelConnectionTest::echo, HOST, 0)) {
                  sleep(0);
                  server.close();
                  server.waitClosed();
                }
              });
            }));
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  // ---- servers ----------------------------------------------------------------------------------

  private static List<Scenario> servers() {
    return List.of(
        scenario(
            "Server.serveForever",
            "with a client, until another task closes it",
            run -> {
              var server = Streams.startServer(CancelConnectionTest::echo, HOST, 0);
              int port = port(server);
              run.victim(() -> {
                try {
                  server.serveForever();
                } catch (CancelledError e) {
                  if (Asyncio.currentTask().cancelling() > 0) {
                    throw e;
                  }
                } catch (IllegalStateException e) {
                  run.got("closed"); // it begins again
                }
              });
              run.other(() -> {
                try (var client = Streams.openConnection(HOST, port)) {
                  client.writer().write("hello\n", UTF_8);
                  client.reader().readline();
                } catch (IOException e) {
                  run.got("gone");
                }
                server.close();
                server.closeClients();
              });
              run.atEnd(server::waitClosed);
            }),
        scenario(
            "Server.waitClosed",
            "two wait for a client to go",
            run -> {
              var server = run.watch(Streams.startServer(CancelConnectionTest::echo, HOST, 0));
              var client = Streams.openConnection(HOST, port(server));
              client.writer().write("hello\n", UTF_8);
              client.reader().readline();
              server.close();
              run.inLine(2, 0, server::waitClosed);
              run.other(() -> {
                sleep(0);
                client.writer().close();
                client.writer().waitClosed();
              });
              run.atEnd(server::waitClosed);
            }),
        scenario(
            "SharedServer.start SharedServer.close SharedServer.waitClosed SharedServer.serveForever",
            "a port that several loops share",
            run -> {
              var group = run.closing(LoopGroup.open(2));
              run.victim(() -> {
                try (var server =
                    SharedServer.start(
                        group,
                        0,
                        (port, options) ->
                            Streams.startServer(CancelConnectionTest::echo, HOST, port, options))) {
                  run.loop().callSoon(server::close);
                  try {
                    server.serveForever();
                  } catch (CancelledError e) {
                    if (Asyncio.currentTask().cancelling() > 0) {
                      throw e;
                    }
                  }
                  server.close(Duration.ofSeconds(100));
                  server.waitClosed();
                }
              });
              run.atEnd(() -> assertThat(group.loops()).allMatch(loop -> loop.calls.size() == 0));
            }),
        scenario(
            "Server.startServing Server.close",
            "begun late, closed with a limit",
            run -> {
              var options = ServerOptions.defaults().startServing(false);
              run.victim(() -> {
                try (var server =
                    Streams.startServer(CancelConnectionTest::echo, HOST, 0, options)) {
                  server.startServing();
                  server.close(Duration.ofSeconds(1));
                }
              });
            }));
  }

  // ---- transports -------------------------------------------------------------------------------

  private static List<Scenario> transports() {
    return List.of(
        scenario(
            "Transports.createConnection Transports.createServer",
            "opened and closed",
            run -> {
              run.victim(() -> {
                try (var server = Transports.createServer(Idle::new, HOST, 0)) {
                  try (var transport =
                      Transports.createConnection(Idle::new, HOST, port(server)).transport()) {
                    sleep(0);
                    run.got(transport.isReading());
                  } finally {
                    server.abortClients();
                  }
                }
              });
            }),
        scenario(
            "Transports.createUnixConnection Transports.createUnixServer",
            "opened and closed",
            run -> {
              var path = folder.resolve("transport");
              run.victim(() -> {
                try (var server = Transports.createUnixServer(Idle::new, path)) {
                  try (var transport =
                      Transports.createUnixConnection(Idle::new, path).transport()) {
                    sleep(0);
                    run.got(transport.isReading());
                  } finally {
                    server.abortClients();
                  }
                }
              });
            }),
        scenario(
                "Transports.connectAcceptedSocket",
                "of a server of one's own",
                run -> {
                  var server = run.closing(ServerSocketChannel.open().bind(address(0)));
                  run.closing(SocketChannel.open(server.getLocalAddress()));
                  var accepted = run.closing(server.accept());
                  run.victim(() -> {
                    accepted.configureBlocking(false);
                    try (var transport =
                        Transports.connectAcceptedSocket(Idle::new, accepted, null).transport()) {
                      sleep(0);
                      run.got(transport.isReading());
                    }
                  });
                })
            .without(Way.GO_ON),
        scenario(
            "Transports.sendfile",
            "to a client that reads slowly",
            run -> {
              var path = Files.write(folder.resolve("data"), new byte[1 << 20]);
              var server = Transports.createServer(Idle::new, HOST, 0);
              var client = Streams.openConnection(HOST, port(server));
              var file = run.closing(FileChannel.open(path));
              run.victim(() -> Transports.sendfile(client.writer().transport(), file));
              run.atEnd(() -> {
                client.writer().transport().abort();
                server.close();
                server.abortClients();
                server.waitClosed();
              });
            }));
  }

  // ---- TLS --------------------------------------------------------------------------------------

  private static TlsOptions serverTls() throws IOException, GeneralSecurityException {
    return TlsOptions.of(
        TlsContexts.server(TestTls.LOCALHOST.chain(), TestTls.LOCALHOST.privateKey()));
  }

  private static TlsOptions clientTls() throws GeneralSecurityException {
    return TlsOptions.of(TlsContexts.insecureClient()).serverHostname("localhost");
  }

  /// Made when it is first needed.
  private static final class TestTls {
    static final TestPki.Identity LOCALHOST = TestPki.get().localhost();
  }

  private static List<Scenario> tls() {
    return List.of(
        scenario(
                "Streams.openConnection",
                "with TLS",
                run -> {
                  var server =
                      serving(
                          run,
                          Streams.startServer(
                              CancelConnectionTest::echo,
                              HOST,
                              0,
                              ServerOptions.defaults().tls(serverTls())));
                  int port = port(server);
                  var options = ConnectOptions.defaults().tls(clientTls());
                  run.victim(() -> talk(run, Streams.openConnection(HOST, port, options)));
                })
            .without(Way.TWICE, Way.AGAIN, Way.TIME_OUT)
            .expecting(CancelConnectionTest::isOfAHandshake),
        scenario(
                "StreamWriter.startTls Transports.startTls",
                "in the middle of a connection",
                run -> {
                  var tls = serverTls();
                  var server =
                      serving(
                          run,
                          Streams.startServer(
                              (reader, writer) -> {
                                try (writer) {
                                  writer.startTls(tls);
                                  echo(reader, writer);
                                } catch (IOException e) {
                                  sleep(0); // the client has gone
                                }
                              },
                              HOST,
                              0));
                  int port = port(server);
                  run.victim(() -> {
                    var connection = Streams.openConnection(HOST, port);
                    try (var writer = connection.writer()) {
                      writer.startTls(clientTls());
                      talk(run, connection);
                    }
                  });
                })
            .without(Way.TWICE, Way.AGAIN, Way.TIME_OUT)
            .expecting(CancelConnectionTest::isOfAHandshake));
  }

  /// A client that leaves in the middle of it is told of to the server.
  private static boolean isOfAHandshake(ErrorContext error) {
    return error.exception() instanceof IOException;
  }

  // ---- pipes ------------------------------------------------------------------------------------

  private static List<Scenario> pipes() {
    return List.of(
        scenario(
            "Pipes.connectReadPipe Pipes.connectWritePipe",
            "both ends of a pipe",
            run -> {
              run.victim(() -> {
                var pipe = Pipe.open();
                run.closing(pipe.sink());
                run.closing(pipe.source());
                pipe.source().configureBlocking(false);
                pipe.sink().configureBlocking(false);
                try (var out = Pipes.connectWritePipe(Idle::new, pipe.sink()).transport()) {
                  try (var in = Pipes.connectReadPipe(Idle::new, pipe.source()).transport()) {
                    sleep(0);
                    run.got(in.isReading() && !out.isClosing());
                  }
                }
                sleep(0);
              });
            }));
  }
}
