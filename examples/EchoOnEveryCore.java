//JAVA 25+
//DEPS io.github.jasyncio:jasyncio:0.1.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// An echo server with a loop for each core, all on one port. What a loop keeps is its own, so it
// needs no lock; who wants to know of it asks the loop. Try it with: nc 127.0.0.1 PORT

import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.LoopGroup;
import jasyncio.net.SharedServer;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;

static final String USAGE =
    """
    Usage: EchoOnEveryCore.java [PORT]

    Echoes lines until Ctrl-C; without a port, some of its own.

      PORT      where to listen; 0 takes any that is free
      --help    this text
    """;

static final int CLIENTS = 100;
static final int LINES = 10; // that each of our own clients sends

/// What one loop has: nobody else touches it.
class Echo {
  int clients;
  int lines;

  void serve(StreamReader reader, StreamWriter writer) throws IOException {
    clients++;
    try (writer) {
      for (var line : reader) {
        lines++;
        writer.write(line);
        writer.drain();
      }
    }
  }
}

void main(String[] args) throws Exception {
  if (args.length > 1 || (args.length == 1 && !args[0].matches("\\d{1,5}"))) {
    IO.print(USAGE);
    System.exit(args[0].equals("--help") ? 0 : 2);
  }
  int loops = Math.max(2, Runtime.getRuntime().availableProcessors());
  try {
    run(() -> {
      try (var group = LoopGroup.open(loops)) {
        serve(group, args.length == 0 ? null : Integer.valueOf(args[0]));
      }
    });
  } catch (KeyboardInterrupt e) {
    IO.println("bye");
  }
}

/// On a port until Ctrl-C; without one, until our own clients have gone.
void serve(LoopGroup group, Integer port) throws IOException {
  var echoes = new ConcurrentHashMap<EventLoop, Echo>();
  var server =
      SharedServer.start(
          group,
          port == null ? 0 : port,
          (p, options) -> {
            var echo = new Echo(); // one for each loop
            echoes.put(getRunningLoop(), echo);
            return Streams.startServer(echo::serve, "127.0.0.1", p, options);
          });
  if (port != null) {
    IO.println("serving on port " + server.port() + "; Ctrl-C ends it");
    server.serveForever();
  }
  taskGroup(tg -> {
    for (int i = 0; i < CLIENTS; i++) {
      tg.createTask(() -> await(group.submit(() -> talk(server.port()))));
    }
  });
  server.close();
  server.waitClosed();
  int clients = 0;
  int lines = 0;
  for (var loop : group.loops()) {
    var echo = echoes.get(loop);
    int[] seen = await(loop.call(() -> new int[] {echo.clients, echo.lines}));
    IO.println("a loop has had %d clients and %d lines".formatted(seen[0], seen[1]));
    clients += seen[0];
    lines += seen[1];
  }
  IO.println("in all %d clients and %d lines".formatted(clients, lines));
}

/// A client, on whichever loop has least to do.
void talk(int port) throws IOException {
  try (var server = Streams.openConnection("127.0.0.1", port)) {
    for (int i = 0; i < LINES; i++) {
      server.writer().write(("line " + i + "\n").getBytes());
      if (!("line " + i).equals(server.reader().readLine())) {
        throw new IOException("that is not what was sent");
      }
    }
  }
}
