package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.net.IncompleteReadException;
import jasyncio.net.Server;
import jasyncio.net.ServerOptions;
import jasyncio.net.StreamConnection;
import jasyncio.net.StreamReader;
import jasyncio.net.Streams;
import jasyncio.testing.MemoryStreams;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A server that says what a test wants, byte by byte.
final class ScriptedServer implements AutoCloseable {
  /// What it does with a connection; it is closed afterwards.
  interface Script {
    void run(Peer peer) throws Exception;
  }

  /// The server's side of a connection.
  static final class Peer {
    private final ScriptedServer server;
    private final StreamConnection connection;
    final int number; // from 1 on

    Peer(ScriptedServer server, StreamConnection connection, int number) {
      this.server = server;
      this.connection = connection;
      this.number = number;
    }

    /// The head of a request, with line feeds alone; empty at the end.
    String head() throws IOException {
      try {
        var head =
            new String(connection.reader().readuntil("\r\n\r\n".getBytes(ISO_8859_1)), ISO_8859_1);
        server.heads.add(head.replace("\r\n", "\n"));
        return head.replace("\r\n", "\n");
      } catch (IncompleteReadException e) {
        return "";
      }
    }

    String body(int length) throws IOException {
      return new String(connection.reader().readexactly(length), ISO_8859_1);
    }

    Peer say(String bytes) throws IOException {
      connection.writer().write(bytes.getBytes(ISO_8859_1));
      connection.writer().drain();
      return this;
    }

    Peer say(byte[] bytes) throws IOException {
      connection.writer().write(bytes);
      connection.writer().drain();
      return this;
    }

    void ok(String body) throws IOException {
      say("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    /// Waits for the client to end the connection.
    void awaitEnd() throws IOException {
      try {
        connection.reader().read();
      } catch (IOException e) {
        // that is an end, too
      }
    }

    void reset() {
      connection.writer().transport().abort();
    }

    StreamConnection connection() {
      return connection;
    }
  }

  final List<String> heads = new ArrayList<>();
  final Set<Task<?>> tasks = new LinkedHashSet<>();
  private final List<StreamConnection> kept = new ArrayList<>();
  private final Script script;
  private @Nullable Server server;
  private int room = StreamReader.DEFAULT_LIMIT;
  int connections;
  int open;

  private ScriptedServer(Script script) {
    this.script = script;
  }

  /// One that listens on the loopback interface.
  static ScriptedServer start(Script script) throws IOException {
    return start(script, ServerOptions.defaults());
  }

  static ScriptedServer start(Script script, ServerOptions options) throws IOException {
    var scripted = new ScriptedServer(script);
    scripted.server =
        Streams.startServer(
            (reader, writer) -> scripted.serve(new StreamConnection(reader, writer)),
            "127.0.0.1",
            0,
            options);
    return scripted;
  }

  /// One in memory, for virtual time: see [#connector].
  static ScriptedServer inMemory(Script script) {
    return new ScriptedServer(script);
  }

  /// One in memory that takes not much more than some bytes before its script asks for them.
  static ScriptedServer inMemory(int room, Script script) {
    var scripted = new ScriptedServer(script);
    scripted.room = room;
    return scripted;
  }

  private void serve(StreamConnection connection) {
    open++;
    var task = Objects.requireNonNull(Asyncio.currentTask());
    tasks.add(task);
    try (connection) {
      script.run(new Peer(this, connection, ++connections));
    } catch (IOException e) {
      // the client has gone
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      open--;
      tasks.remove(task);
    }
  }

  ClientConnector connector() {
    return (protocol, host, port, options) -> {
      Asyncio.sleep(0);
      var pair = MemoryStreams.pair(room);
      kept.add(pair.left());
      tasks.add(Asyncio.createTask(() -> serve(pair.right())));
      var transport = pair.left().writer().transport();
      transport.setWriteBufferLimits(64 * 1024, 16 * 1024); // as sockets do
      transport.setProtocol(protocol);
      protocol.connectionMade(transport);
      return transport;
    };
  }

  HttpClient client() {
    return client(ClientOptions.defaults());
  }

  HttpClient client(ClientOptions options) {
    return new HttpClient(server == null ? options.connector(connector()) : options);
  }

  String url(String path) {
    return server == null ? "http://scripted" + path : "http://127.0.0.1:" + server.port() + path;
  }

  int port() {
    return Objects.requireNonNull(server).port();
  }

  /// Ends what its script does. Suspends.
  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    for (var task : List.copyOf(tasks)) {
      task.cancel();
    }
    for (var task : List.copyOf(tasks)) {
      try {
        task.await();
      } catch (CancelledError e) {
        // as it should
      }
    }
    kept.forEach(StreamConnection::close);
  }
}
