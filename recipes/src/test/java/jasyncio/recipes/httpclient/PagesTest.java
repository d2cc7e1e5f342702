package jasyncio.recipes.httpclient;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.HeldPages;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Recipe(
    name = "`java.net.http`",
    program = Pages.class,
    libraries = HttpClient.class,
    notes = "`await(client.sendAsync(…))` needs neither of the two")
class PagesTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final Pages pages = new Pages(client);
  private HeldPages server;

  @BeforeEach
  void open() throws IOException {
    server = new HeldPages();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  private URI uri(String path) {
    return URI.create(server.url(path));
  }

  @Test
  void main_printsThePages() throws Exception {
    assertThat(Output.of(() -> Pages.main(new String[] {server.url("/a"), server.url("/b")})))
        .containsExactly("[/a, /b]");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void read_waitsForItsPage_othersRun(Mode mode) throws Exception {
    mode.run(() -> {
      var held = createTask(() -> mode.call(() -> pages.read(uri("/held"))));
      await(server.asked());
      assertThat(mode.<String, Exception>call(() -> pages.read(uri("/other")))).isEqualTo("/other");
      assertThat(held.done()).isFalse();
      server.release();
      assertThat(await(held)).isEqualTo("/held");
    });
  }

  @EachMode
  void fetch_waitsForItsPage_othersRun(Mode mode) throws Exception {
    mode.run(() -> {
      var held = createTask(() -> pages.fetch(uri("/held")));
      await(server.asked());
      assertThat(pages.fetch(uri("/other"))).isEqualTo("/other");
      assertThat(held.done()).isFalse();
      server.release();
      assertThat(await(held)).isEqualTo("/held");
    });
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value = "`BLOCK`: the task ends, the call goes on; `SWITCH`: the request is given up")
  void read_cancelledWhileItWaits_endsAtOnce(Mode mode) throws Exception {
    var got = new AtomicReference<String>();
    mode.run(() -> {
      var held = createTask(() -> mode.call(() -> got.set(pages.read(uri("/held")))));
      await(server.asked());
      held.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(held));
      if (mode == Mode.SWITCH) {
        await(server.hungUp());
      }
      server.release();
    });
    assertThat(got.get()).isEqualTo(mode == Mode.BLOCK ? "/held" : null);
  }

  @EachMode
  @Shows(in = Column.CANCEL, value = "`sendAsync`: the request is given up")
  void fetch_cancelledWhileItWaits_closesItsConnection(Mode mode) throws Exception {
    mode.run(() -> {
      var held = createTask(() -> pages.fetch(uri("/held")));
      await(server.asked());
      held.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(held));
      await(server.hungUp());
    });
  }
}
