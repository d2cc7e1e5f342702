package jasyncio.http.docs;

import static jasyncio.Asyncio.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.http.Handler;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.TestClock;

class TicksTest {
  @AsyncTest
  void body_isCounted() throws Exception {
    Handler handler = Ticks::count;
    var body = new byte[1_000_000];
    assertThat(handler.test().post("/").body("application/octet-stream", body).send().text())
        .isEqualTo("1000000 bytes");
  }

  @AsyncTest
  void ticks_endWithTheServer(TestClock clock) throws Exception {
    Handler handler = Ticks::ticks;
    var client = handler.test();
    var response = createTask(() -> client.get("/").send());
    clock.advance(1.5);
    client.shuttingDown().set();
    assertThat(response.await().text()).isEqualTo("tick 0\ntick 1\ngoodbye\n");
  }
}
