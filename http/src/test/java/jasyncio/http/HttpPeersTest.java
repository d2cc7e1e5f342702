package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.testing.AsyncTest;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/// Clients of others talk with our server.
@Tag("slow")
class HttpPeersTest {
  @TempDir Path folder;
  private Router app;

  @BeforeEach
  void makeApp() {
    app =
        new Router()
            .get("/hello", rq -> Response.text("hello"))
            .get("/long", rq -> Response.text("long ".repeat(1000)))
            .get(
                "/stream",
                rq ->
                    Response.stream(out -> {
                      out.write("in ");
                      out.write("pieces");
                    }))
            .post("/echo", rq -> Response.bytes(rq.bytes()))
            .put("/echo", rq -> Response.bytes(rq.bytes()))
            .sse(
                "/events",
                (rq, out) -> {
                  for (int i = 1; i <= 3; i++) {
                    out.send(ServerSentEvent.of("event " + i));
                  }
                })
            .webSocket(
                "/ws",
                ws -> {
                  for (var message : ws) {
                    if (message.isText()) {
                      ws.send(message.text());
                    } else {
                      ws.send(message.bytes());
                    }
                  }
                });
    app.with(Compression.standard());
  }

  private static Path need(Optional<Path> program, String name) {
    assumeTrue(program.isPresent(), () -> "there is no " + name + " on this machine");
    return program.orElseThrow();
  }

  /// What a program prints, where `URL` in its arguments is the server.
  private String run(String input, Path program, String... arguments) throws Exception {
    try (var server = Http.start(app, "127.0.0.1", 0)) {
      var url = "http://127.0.0.1:" + server.port();
      var filled = new String[arguments.length];
      for (int i = 0; i < arguments.length; i++) {
        filled[i] = arguments[i].replace("URL", url);
      }
      return toThread(() -> Peer.run(input, program, filled)).replace("\r\n", "\n");
    }
  }

  // ---- curl -------------------------------------------------------------------------------------

  @AsyncTest
  void curl_keepsTheConnection() throws Exception {
    var curl = need(Peer.find("curl"), "curl");
    assertThat(
            run("", curl, "-s", "-w", " %{http_code} %{num_connects}\n", "URL/hello", "URL/stream"))
        .isEqualTo("hello 200 1\nin pieces 200 0\n");
  }

  @AsyncTest
  void curl_sendsAChunkedBody_onceItIsAsked() throws Exception {
    var curl = need(Peer.find("curl"), "curl");
    var body = "body ".repeat(20_000);
    assertThat(run(body, curl, "-s", "-i", "-H", "Expect: 100-continue", "-T", "-", "URL/echo"))
        .startsWith("HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n")
        .endsWith("\n\n" + body);
  }

  @AsyncTest
  void curl_speaksHttp10() throws Exception {
    var curl = need(Peer.find("curl"), "curl");
    assertThat(run("", curl, "-s", "-i", "--http1.0", "URL/stream"))
        .startsWith("HTTP/1.1 200 OK\n")
        .contains("Connection: close\n")
        .doesNotContainIgnoringCase("transfer-encoding")
        .endsWith("\n\nin pieces");
  }

  @AsyncTest
  void curl_decompresses() throws Exception {
    var curl = need(Peer.find("curl"), "curl");
    assertThat(run("", curl, "-s", "-i", "--compressed", "URL/long"))
        .contains("Content-Encoding: gzip\n")
        .endsWith("long ".repeat(1000));
  }

  // ---- load -------------------------------------------------------------------------------------

  @AsyncTest
  void wrk_findsNoErrors() throws Exception {
    var wrk = need(Peer.find("wrk"), "wrk");
    assertThat(run("", wrk, "-t1", "-c8", "-d1s", "URL/hello"))
        .containsPattern("[1-9]\\d* requests in ")
        .doesNotContain("Socket errors", "Non-2xx");
  }

  @AsyncTest
  void h2load_findsNoErrors_withPipelines() throws Exception {
    var h2load = need(Peer.find("h2load"), "h2load");
    assertThat(run("", h2load, "--h1", "-n", "2000", "-c", "8", "-m", "10", "URL/stream"))
        .contains(
            "requests: 2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored");
  }

  // ---- Node, Python, Chromium -------------------------------------------------------------------

  @AsyncTest
  void node_fetches() throws Exception {
    var node = need(Peer.find("node"), "Node");
    var program =
        """
        const get = async (path, options) => {
          const response = await fetch('URL' + path, options);
          console.log(response.status, (await response.text()).length);
        };
        async function* pieces() {
          for (let i = 0; i < 10; i++) yield Buffer.from('piece '.repeat(1000));
        }
        await get('/hello');
        await get('/stream');
        await get('/long');
        await get('/echo', {method: 'POST', body: pieces(), duplex: 'half'});
        await get('/nothing');
        """;
    assertThat(run("", node, "--input-type=module", "-e", program))
        .startsWith("200 5\n200 9\n200 5000\n200 60000\n404 ");
  }

  @AsyncTest
  void node_talksByWebSocket() throws Exception {
    var node = need(Peer.find("node"), "Node");
    var program =
        """
        import {createRequire} from 'node:module';
        const require = createRequire('/');
        const library = name => { try { return require(name); } catch { return undefined; } };
        const Client = globalThis.WebSocket ?? library('ws') ?? library('/usr/share/nodejs/ws');
        if (!Client) {
          console.log('neither');
          process.exit();
        }
        const ws = new Client('URL/ws'.replace('http', 'ws'));
        ws.onopen = () => ws.send('long '.repeat(10000));
        ws.onmessage = message => { console.log(message.data.length); ws.close(4000, 'enough'); };
        ws.onclose = event => console.log(event.code);
        """;
    var output = run("", node, "--input-type=module", "-e", program);
    assumeTrue(
        !output.equals("neither\n"), "this Node has no WebSocket, and there is no library ws");
    assertThat(output).isEqualTo("50000\n4000\n");
  }

  @AsyncTest
  void aiohttp_asksAndTalks() throws Exception {
    var python = need(toThread(() -> Peer.python("aiohttp")), "Python library aiohttp");
    var program =
        """
        import aiohttp, asyncio
        async def pieces():
            for _ in range(10):
                yield b'piece ' * 1000
        async def main():
            async with aiohttp.ClientSession('URL') as session:
                for path in ['/hello', '/stream', '/long']:
                    async with session.get(path) as response:
                        print(response.status, len(await response.text()))
                async with session.post('/echo', data=pieces()) as response:
                    print(response.status, len(await response.read()))
                async with session.ws_connect('/ws', compress=15) as ws:
                    await ws.send_str('long ' * 10000)
                    print(len(await ws.receive_str()))
                    await ws.close(code=4000)
                    print(ws.close_code)
        asyncio.run(main())
        """;
    assertThat(run("", python, "-c", program))
        .isEqualTo("200 5\n200 9\n200 5000\n200 60000\n50000\n4000\n");
  }

  @AsyncTest
  void chromium_fetches_hearsEvents_andTalksByWebSocket() throws Exception {
    var chromium =
        need(
            Peer.find("chromium")
                .or(() -> Peer.find("chromium-browser"))
                .or(() -> Peer.find("google-chrome")),
            "Chromium");
    var page =
        """
        <!doctype html><title>peer</title><script>
        const heard = [];
        const fetched = async () => heard.push((await (await fetch('/stream')).text()));
        const events = () => new Promise(done => {
          const source = new EventSource('/events');
          source.onmessage = event => {
            heard.push(event.data);
            if (event.data === 'event 3') { source.close(); done(); }
          };
        });
        const talk = () => new Promise(done => {
          const ws = new WebSocket(`ws://${location.host}/ws`);
          ws.onopen = () => ws.send('over a socket');
          ws.onmessage = message => { heard.push(message.data); ws.close(4000); };
          ws.onclose = event => { heard.push(event.code); done(); };
        });
        fetched().then(events).then(talk)
          .catch(error => heard.push(String(error)))
          .then(() => fetch('/heard', {method: 'POST', body: JSON.stringify(heard)}));
        </script>
        """;
    var heard = getRunningLoop().<String>createFuture();
    app.get("/page", rq -> Response.html(page))
        .post(
            "/heard",
            rq -> {
              heard.setResult(rq.text());
              return Response.empty(204);
            });
    try (var server = Http.start(app, "127.0.0.1", 0)) {
      var url = "http://127.0.0.1:" + server.port() + "/page";
      var process =
          new ProcessBuilder(
                  chromium.toString(),
                  "--headless",
                  "--no-sandbox", // for root, as in a container; it sees our own page alone
                  "--disable-gpu",
                  "--disable-dev-shm-usage",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--user-data-dir=" + folder.resolve("profile"),
                  "--remote-debugging-port=0", // or it would print the page and end
                  url)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        assertThat(heard.await())
            .isEqualTo(
                """
                ["in pieces","event 1","event 2","event 3","over a socket",4000]\
                """);
      } finally {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        toThread(() -> process.waitFor());
      }
    }
  }
}
