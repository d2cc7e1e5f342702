package jasyncio.http.docs;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.http.Http;
import jasyncio.http.HttpClient;
import jasyncio.testing.AsyncTest;

class AskingTest {
  @AsyncTest
  void note_thatWasAdded_isFound() throws Exception {
    try (var client = HttpClient.of(new Notes().router())) {
      assertThat(Asking.ask(client, "http://notes")).isEqualTo("{\"id\":1,\"text\":\"buy milk\"}");
      assertThat(Asking.count(client, "http://notes/notes")).isEqualTo(1);
    }
    try (var server = Http.start(new Notes().router(), "127.0.0.1", 0)) {
      assertThat(Asking.ask("http://127.0.0.1:" + server.port())).contains("buy milk");
    }
  }
}
