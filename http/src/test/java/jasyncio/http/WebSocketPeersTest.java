package jasyncio.http;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// WebSockets between this module and others.
class WebSocketPeersTest {
  private static final WebSocketHandler ECHO =
      ws -> {
        for (var message : ws) {
          if (message.isText()) {
            ws.send(message.text());
          } else {
            ws.send(message.bytes());
          }
        }
      };

  /// What the JDK's client hears.
  private static final class Listener implements java.net.http.WebSocket.Listener {
    final StringBuilder text = new StringBuilder();
    final CompletableFuture<String> texts = new CompletableFuture<>();
    final CompletableFuture<ByteBuffer> binary = new CompletableFuture<>();
    final CompletableFuture<ByteBuffer> pong = new CompletableFuture<>();
    final CompletableFuture<String> closed = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onText(java.net.http.WebSocket ws, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        texts.complete(text.toString());
      }
      ws.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onBinary(java.net.http.WebSocket ws, ByteBuffer data, boolean last) {
      binary.complete(data);
      ws.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onPong(java.net.http.WebSocket ws, ByteBuffer message) {
      pong.complete(message);
      ws.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(java.net.http.WebSocket ws, int code, String reason) {
      closed.complete(code + " " + reason);
      return CompletableFuture.completedStage(null);
    }
  }

  private static URI uri(HttpServer server) {
    return URI.create("ws://127.0.0.1:" + server.port() + "/ws");
  }

  @AsyncTest
  void clientOfTheJdk_talksWithTheServer() throws Exception {
    var app =
        new Router()
            .webSocket(
                "/ws",
                WebSocketOptions.defaults().subprotocols("echo"),
                ws -> {
                  ECHO.handle(ws);
                  assertThat(ws.closeCode()).isEqualTo(4000);
                });
    try (var server = Http.start(app, "127.0.0.1", 0);
        var http = HttpClient.newHttpClient()) {
      var heard = new Listener();
      var ws =
          await(
              http.newWebSocketBuilder()
                  .subprotocols("other", "echo")
                  .buildAsync(uri(server), heard));
      assertThat(ws.getSubprotocol()).isEqualTo("echo");
      await(ws.sendText("in ", false));
      await(ws.sendPing(ByteBuffer.wrap(new byte[] {1, 2})));
      await(ws.sendText("pieces", true));
      assertThat(await(heard.texts)).isEqualTo("in pieces");
      assertThat(await(heard.pong)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
      await(ws.sendBinary(ByteBuffer.wrap(new byte[] {3}), true));
      assertThat(await(heard.binary)).isEqualTo(ByteBuffer.wrap(new byte[] {3}));
      await(ws.sendClose(4000, "enough"));
      assertThat(await(heard.closed)).isEqualTo("4000 ");
      toThread(http::close);
    }
  }

  @AsyncTest
  void clientOfTheJdk_isTold_thatTheServerShutsDown() throws Exception {
    var app = new Router().webSocket("/ws", ECHO);
    try (var http = HttpClient.newHttpClient()) {
      var heard = new Listener();
      try (var server = Http.start(app, "127.0.0.1", 0)) {
        await(http.newWebSocketBuilder().buildAsync(uri(server), heard));
      }
      assertThat(await(heard.closed)).isEqualTo("1001 ");
      toThread(http::close);
    }
  }

  private static Path python() {
    var python = toThread(() -> Peer.python("websockets"));
    assumeTrue(python.isPresent(), "there is no Python library websockets on this machine");
    return python.orElseThrow();
  }

  @AsyncTest
  void clientOfPython_talksWithTheServer() throws Exception {
    var python = python();
    var program =
        """
        import asyncio, sys, websockets
        async def main():
            async with websockets.connect('ws://127.0.0.1:PORT/ws') as ws:
                for message in ['', 'short', 'long ' * 1000, b'bytes' * 100]:
                    await ws.send(message)
                    assert await ws.recv() == message
                await ws.send(['in ', 'pieces'])
                assert await ws.recv() == 'in pieces'
                await (await ws.ping())
            print('ok', ws.close_code)
        asyncio.run(main())
        """;
    var app = new Router().webSocket("/ws", ECHO);
    try (var server = Http.start(app, "127.0.0.1", 0)) {
      int port = server.port();
      assertThat(toThread(() -> Peer.run("", python, "-c", program.replace("PORT", "" + port))))
          .isEqualTo("ok 1000\n");
    }
  }

  /// An echo server in Python, which says its port, and ends with its input.
  private static Process pythonServer(Path python) throws IOException {
    var program =
        """
        import asyncio, sys, websockets
        async def echo(ws):
            async for message in ws:
                await ws.send(message)
        async def main():
            async with websockets.serve(echo, '127.0.0.1', 0) as server:
                print(server.sockets[0].getsockname()[1], flush=True)
                await asyncio.to_thread(sys.stdin.read)
        asyncio.run(main())
        """;
    return new ProcessBuilder(python.toString(), "-c", program).redirectErrorStream(true).start();
  }

  @AsyncTest
  void client_talksWithTheServerOfPython() throws Exception {
    var python = python();
    var process = toThread(() -> pythonServer(python));
    try {
      var line = toThread(() -> process.inputReader().readLine());
      assertThat(line).matches("\\d+");
      try (var ws = WebSocket.connect(URI.create("ws://127.0.0.1:" + line + "/"))) {
        assertThat(ws.isCompressed()).isTrue();
        for (var text : new String[] {"", "short", "long ".repeat(1000)}) {
          ws.send(text);
          assertThat(ws.receive().text()).isEqualTo(text);
        }
        assertThat(ws.ping().isNegative()).isFalse(); // it is back; time may stand still
      }
    } finally {
      process.getOutputStream().close();
      toThread(() -> process.waitFor());
    }
  }
}
