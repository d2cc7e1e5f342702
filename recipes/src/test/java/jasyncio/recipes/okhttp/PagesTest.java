package jasyncio.recipes.okhttp;

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
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Recipe(
    name = "OkHttp",
    program = Pages.class,
    libraries = OkHttpClient.class,
    notes = "`call.cancel()` ends a call that another thread makes")
class PagesTest {
  private final OkHttpClient client = new OkHttpClient();
  private final Pages pages = new Pages(client);
  private HeldPages server;

  @BeforeEach
  void open() throws IOException {
    server = new HeldPages();
  }

  @AfterEach
  void close() throws IOException {
    client.connectionPool().evictAll();
    server.close();
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
      var held = createTask(() -> mode.call(() -> pages.read(server.url("/held"))));
      await(server.asked());
      assertThat(mode.<String, IOException>call(() -> pages.read(server.url("/other"))))
          .isEqualTo("/other");
      assertThat(held.done()).isFalse();
      server.release();
      assertThat(await(held)).isEqualTo("/held");
    });
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value = "`BLOCK`: the task ends, the call goes on; `SWITCH`: the connection is closed")
  void read_cancelledWhileItWaits_endsAtOnce(Mode mode) throws Exception {
    var got = new AtomicReference<String>();
    mode.run(() -> {
      var held = createTask(() -> mode.call(() -> got.set(pages.read(server.url("/held")))));
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

  @Test
  @Shows(in = Column.CANCEL, value = "`BLOCK` with `call.cancel()`: the connection is closed")
  void readInThread_cancelledWhileItWaits_endsTheCall() throws Exception {
    run(() -> {
      var held = createTask(() -> pages.readInThread(server.url("/held")));
      await(server.asked());
      held.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(held));
      await(server.hungUp());
    });
  }
}
