//JAVA 25+
//DEPS io.github.jasyncio:jasyncio:0.1.0
//DEPS io.netty:netty-codec-http:4.2.20.Final
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// A lesson in protocols: somebody else's codec, Netty's for HTTP, on jasyncio's streams. Bytes go
// in,
// messages come out, and whoever needs more waits at a stream; each connection is a task. A service
// of your own is better made with jasyncio.http, as WebService.java is.

import static jasyncio.Asyncio.*;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import jasyncio.KeyboardInterrupt;
import jasyncio.Task;
import jasyncio.net.Server;
import jasyncio.net.ServerOptions;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import java.util.concurrent.TimeoutException;

static final String USAGE =
    """
    Usage: NettyCodec.java [--port N]

    Serves notes over HTTP until Ctrl-C; without a port, serves itself a few hundred requests and ends.

      GET  /             a greeting
      GET  /slow?ms=N    the same, N milliseconds later
      GET  /notes        all notes, one a line
      POST /notes        adds a note: the body
    """;

static final int MAX_BODY = 64 * 1024; // bytes
static final double IDLE_TIMEOUT = 30; // seconds

/// No lock: between two awaits nothing else runs.
final List<String> notes = new ArrayList<>();

int requests;

void main(String[] args) throws Exception {
  if (args.length != 0 && !(args.length == 2 && args[0].equals("--port"))) {
    IO.print(USAGE);
    System.exit(args[0].equals("--help") ? 0 : 2);
  }
  try {
    run(() -> serve(args.length == 0 ? null : Integer.valueOf(args[1])));
  } catch (KeyboardInterrupt e) {
    System.exit(130);
  }
}

void serve(Integer port) throws Exception {
  var options = ServerOptions.defaults().backlog(1024);
  try (var server =
      Streams.startServer(this::talk, "127.0.0.1", port == null ? 0 : port, options)) {
    if (port == null) {
      demonstrate(server.port());
    } else {
      IO.println("serving on http://127.0.0.1:" + server.port() + "/  (Ctrl-C ends it)");
      serveUntilInterrupted(server);
    }
    server.close(Duration.ofSeconds(5)); // those that are being answered may finish
  }
}

void serveUntilInterrupted(Server server) {
  try {
    createFuture().await();
  } finally {
    IO.println("answered " + requests + " requests; closing");
    server.close();
  }
}

// ---- one connection -----------------------------------------------------------------------------

void talk(StreamReader reader, StreamWriter writer) throws Exception {
  var codec = new EmbeddedChannel(new HttpServerCodec(), new HttpObjectAggregator(MAX_BODY));
  try (writer) {
    FullHttpRequest request;
    boolean goOn = true;
    while (goOn && (request = next(codec, reader, writer)) != null) {
      try {
        goOn = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        var response = request.decoderResult().isSuccess() ? answer(request) : badRequest();
        response
            .headers()
            .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, goOn);
        codec.writeOutbound(response);
        flush(codec, writer);
      } finally {
        request.release();
      }
    }
  } catch (IOException | TimeoutException e) {
    // the client has gone, or says nothing
  } finally {
    codec.finishAndReleaseAll();
  }
}

/// The next request, or null at the end. Suspends until all of it is there.
FullHttpRequest next(EmbeddedChannel codec, StreamReader reader, StreamWriter writer)
    throws Exception {
  while (true) {
    FullHttpRequest request = codec.readInbound();
    if (request != null) {
      return request;
    }
    flush(codec, writer); // what the codec says by itself, such as 413 or 100
    byte[] bytes = waitFor(() -> reader.read(64 * 1024), IDLE_TIMEOUT);
    if (bytes.length == 0) {
      return null;
    }
    codec.writeInbound(Unpooled.wrappedBuffer(bytes));
  }
}

void flush(EmbeddedChannel codec, StreamWriter writer) throws IOException {
  for (ByteBuf piece; (piece = codec.readOutbound()) != null; piece.release()) {
    writer.write(piece.nioBuffer());
  }
  writer.drain();
}

// ---- the service --------------------------------------------------------------------------------

FullHttpResponse answer(FullHttpRequest request) {
  requests++;
  var target = new QueryStringDecoder(request.uri());
  return switch (request.method().name() + " " + target.path()) {
    case "GET /" -> text(HttpResponseStatus.OK, "Hello, World!");
    case "GET /slow" -> {
      var ms = target.parameters().getOrDefault("ms", List.of("100")).getFirst();
      sleep(
          Duration.ofMillis(Math.clamp(Long.parseLong("0" + ms.replaceAll("\\D", "")), 0, 10_000)));
      yield text(HttpResponseStatus.OK, "Hello, World!");
    }
    case "GET /notes" -> text(HttpResponseStatus.OK, String.join("\n", notes));
    case "POST /notes" -> {
      notes.add(request.content().toString(UTF_8).strip());
      yield text(HttpResponseStatus.CREATED, "note " + notes.size());
    }
    default -> {
      boolean known = List.of("/", "/slow", "/notes").contains(target.path());
      yield text(
          known ? HttpResponseStatus.METHOD_NOT_ALLOWED : HttpResponseStatus.NOT_FOUND,
          "no such thing");
    }
  };
}

FullHttpResponse badRequest() {
  return text(HttpResponseStatus.BAD_REQUEST, "that is not HTTP");
}

FullHttpResponse text(HttpResponseStatus status, String body) {
  var response =
      new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
  response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
  return response;
}

// ---- the demonstration --------------------------------------------------------------------------

/// Adds notes, and then has fifty clients wait at the same time.
void demonstrate(int port) throws Exception {
  for (var note : List.of("buy milk", "learn asyncio")) {
    IO.println("POST /notes  " + get(port, HttpMethod.POST, "/notes", note));
  }
  IO.println("GET /notes   " + get(port, HttpMethod.GET, "/notes", "").replace("\n", ", "));
  IO.println("GET /nothing " + get(port, HttpMethod.GET, "/nothing", ""));
  double began = getRunningLoop().time();
  var clients = new ArrayList<Task<String>>();
  for (int i = 0; i < 50; i++) {
    clients.add(createTask(() -> get(port, HttpMethod.GET, "/slow?ms=200", "")));
  }
  var answers = await(gather(clients));
  System.out.printf(
      "50 clients waited 200 ms each: %d answers in %.1f s%n",
      answers.stream().filter("200 Hello, World!"::equals).count(),
      getRunningLoop().time() - began);
}

/// A plain HTTP/1.1 client on a connection of its own: the status and the body.
String get(int port, HttpMethod method, String path, String body) throws Exception {
  try (var connection = Streams.openConnection("127.0.0.1", port)) {
    connection
        .writer()
        .write(
            "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(method, path, body.length(), body),
            UTF_8);
    var lines = new String(connection.reader().read(), UTF_8).split("\r\n\r\n", 2);
    return lines[0].split(" ")[1] + " " + lines[1];
  }
}

static jasyncio.Future<Object> createFuture() {
  return getRunningLoop().createFuture();
}
