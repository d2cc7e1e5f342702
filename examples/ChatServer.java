//JAVA 25+
//DEPS io.github.jasyncio:jasyncio:0.1.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// A chat server: one task a client, one list of clients, no lock. A client that reads too slowly is
// put out, so that it does not hold up the others. Try it with: nc 127.0.0.1 PORT

import static jasyncio.Asyncio.*;

import jasyncio.KeyboardInterrupt;
import jasyncio.net.ServerOptions;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import java.util.concurrent.TimeoutException;

static final String USAGE =
    """
    Usage: ChatServer.java [PORT]

    Serves a chat until Ctrl-C; without a port, has a short conversation with itself.

      PORT      where to listen; 0 takes any that is free
      --help    this text
    """;

static final int MAX_LINE = 1000; // bytes
static final int MAX_BACKLOG = 64 * 1024; // bytes that a client may be behind
static final double LOGIN_TIMEOUT = 60; // seconds

final Map<String, StreamWriter> clients = new LinkedHashMap<>();

void main(String[] args) throws Exception {
  if (args.length > 1 || (args.length == 1 && !args[0].matches("\\d{1,5}"))) {
    IO.print(USAGE);
    System.exit(args[0].equals("--help") ? 0 : 2);
  }
  try {
    run(() -> serve(args.length == 0 ? null : Integer.valueOf(args[0])));
  } catch (KeyboardInterrupt e) {
    IO.println("bye");
  }
}

/// On a port until Ctrl-C; without one, for a short conversation with itself.
void serve(Integer port) throws Exception {
  var options = ServerOptions.defaults().limit(MAX_LINE);
  var server = Streams.startServer(this::welcome, "127.0.0.1", port == null ? 0 : port, options);
  IO.println(port == null ? "serving" : "serving on port " + server.port() + "; Ctrl-C ends it");
  try {
    if (port == null) {
      converse(server.port());
    } else {
      getRunningLoop().createFuture().await(); // serveForever() would wait for the clients to leave
    }
  } finally {
    server.close();
    tell(null, "* the server closes");
    server.closeClients();
    server.waitClosed();
  }
}

/// One client, from its name to its end.
void welcome(StreamReader reader, StreamWriter writer) throws Exception {
  String name = null;
  try (writer) {
    writer.write("your name? ");
    writer.drain();
    String line = waitFor(() -> reader.readLine(), LOGIN_TIMEOUT);
    String wanted = line == null ? "" : line.strip();
    if (wanted.isEmpty() || clients.putIfAbsent(wanted, writer) != null) {
      writer.write("* that name is taken\n");
      return;
    }
    name = wanted;
    tell(null, "* " + name + " has come; here are " + String.join(", ", clients.keySet()));
    while ((line = reader.readLine()) != null) {
      tell(name, name + ": " + line.strip());
    }
  } catch (IOException | TimeoutException e) {
    // gone, too slow, or a line that is too long
  } finally {
    if (name != null) {
      clients.remove(name);
      tell(null, "* " + name + " has gone");
    }
  }
}

/// Says something to everybody but its author. Never waits.
void tell(String author, String what) {
  clients.forEach((name, writer) -> {
    if (writer.transport().getWriteBufferSize() > MAX_BACKLOG) {
      writer.transport().abort();
    } else if (!name.equals(author)) {
      writer.write(what + "\n");
    }
  });
}

// ---- a short conversation -----------------------------------------------------------------------

void converse(int port) throws Exception {
  try (var ann = Streams.openConnection("127.0.0.1", port);
      var bob = Streams.openConnection("127.0.0.1", port)) {
    say(ann, "ann");
    IO.println("ann sees: " + line(ann));
    say(bob, "bob");
    IO.println("ann sees: " + line(ann));
    IO.println("bob sees: " + line(bob));
    say(ann, "hello, bob");
    IO.println("bob sees: " + line(bob));
    bob.writer().close();
    IO.println("ann sees: " + line(ann));
  }
}

void say(jasyncio.net.StreamConnection connection, String text) throws IOException {
  connection.writer().write(text + "\n");
  connection.writer().drain();
}

String line(jasyncio.net.StreamConnection connection) throws IOException {
  return connection.reader().readLine().strip().replace("your name? ", "");
}
