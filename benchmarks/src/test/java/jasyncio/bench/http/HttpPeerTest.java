package jasyncio.bench.http;

import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Action;
import jasyncio.http.Http;
import jasyncio.http.HttpClient;
import jasyncio.http.HttpServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That what is measured works; nothing is measured here.
class HttpPeerTest {
  private static final int FILE = 64 * 1024;

  @TempDir Path files;

  @BeforeEach
  void makeFile() throws Exception {
    Files.write(files.resolve("64k.bin"), new byte[FILE]);
  }

  private interface Talk {
    void with(HttpServer server) throws Exception;
  }

  private void serving(Talk talk) throws Exception {
    run(
        (Action<Exception>)
            () -> {
              try (var server = Http.start(HttpPeer.app(files), "127.0.0.1", 0)) {
                talk.with(server);
              }
            });
  }

  @Test
  void server_answersWhatAllPeersDo() throws Exception {
    serving(server -> {
      var url = "http://127.0.0.1:" + server.port();
      try (var client = new HttpClient()) {
        var hello = client.get(url + "/").send().requireSuccess();
        assertThat(hello.text()).isEqualTo("Hello, World!");
        assertThat(hello.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        var json = client.get(url + "/json").send().requireSuccess();
        assertThat(json.bytes()).hasSize(200);
        assertThat(json.json(Note.class)).isEqualTo(Note.sample());
        assertThat(client.get(url + "/static/64k.bin").send().requireSuccess().bytes())
            .hasSize(FILE);
      }
    });
  }

  @Test
  void load_ofEachKind_isAnswered() throws Exception {
    serving(server -> {
      var load = new Load();
      assertThat(count(load, "echo " + server.port() + " 3 0.01")).isGreaterThanOrEqualTo(3);
      assertThat(count(load, "rate " + server.port() + " 3 1000 0.01")).isEqualTo(510);
      assertThat(count(load, "idle " + server.port() + " 5")).isEqualTo(5);
      assertThat(server.statistics().connections()).isGreaterThanOrEqualTo(5);
      assertThat(count(load, "close")).isZero();
    });
  }

  private static int count(Load load, String what) throws Exception {
    var result = toThread(() -> load.obey(what));
    return Integer.parseInt(result.split(" ", -1)[0]);
  }

  @Test
  void client_makesRequests_onEachConnection() throws Exception {
    serving(server -> {
      try (var client = new HttpClient()) {
        var url = "http://127.0.0.1:" + server.port() + "/";
        assertThat(HttpPeer.ask(client, url, 3, System.nanoTime())).isEqualTo(3);
      }
    });
  }
}
