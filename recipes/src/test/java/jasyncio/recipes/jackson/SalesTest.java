package jasyncio.recipes.jackson;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.CancelledError;
import jasyncio.http.HttpClient;
import jasyncio.http.JsonType;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import jasyncio.recipes.Turns;
import jasyncio.recipes.jackson.Sales.Sale;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

@Recipe(
    name = "Jackson",
    program = Sales.class,
    libraries = JsonMapper.class,
    notes = "it computes; `rq.json` and `Response.json` of `jasyncio-http` take it")
class SalesTest {
  /// A sale, and after that others as soon as the test lets them go.
  private static final class HeldSales extends InputStream {
    private static final byte[] SALE =
        "{\"item\": \"tea\", \"cents\": 300}\n".getBytes(StandardCharsets.UTF_8);

    final CompletableFuture<Void> asked = new CompletableFuture<>();
    final CompletableFuture<Void> released = new CompletableFuture<>();
    private int sales = 3;

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (sales == 2) {
        asked.complete(null);
        try {
          released.get();
        } catch (Exception e) {
          throw new IOException(e);
        }
      }
      if (sales == 0) {
        return -1;
      }
      sales--;
      System.arraycopy(SALE, 0, bytes, offset, SALE.length);
      return SALE.length;
    }
  }

  @Test
  void main_printsTheTotal(@TempDir Path folder) throws Exception {
    var file = file(folder);
    assertThat(Output.of(() -> Sales.main(new String[] {file.toString()}))).containsExactly("700");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "others run while a stream is read")
  @Shows(in = Column.SWITCH, value = "others run while it waits for a socket")
  void total_waitsForMore_othersRun(Mode mode) throws Exception {
    mode.run(() -> {
      var held = new HeldSales();
      var total = createTask(() -> mode.call(() -> Sales.total(held, new AtomicBoolean())));
      await(held.asked);
      sleep(0);
      assertThat(total.done()).isFalse();
      held.released.complete(null);
      assertThat(await(total)).isEqualTo(900);
    });
  }

  @Test
  @Shows(in = Column.SWITCH, value = "a file holds up the loop: `toThread`")
  void total_ofAFile_underSwitch_leavesNoTurnToOthers(@TempDir Path folder) throws Exception {
    var file = file(folder);
    Mode.SWITCH.run(() -> {
      try (var turns = Turns.begin();
          var in = Files.newInputStream(file)) {
        int before = turns.count();
        assertThat(Sales.total(in, new AtomicBoolean())).isEqualTo(700);
        assertThat(turns.count()).isEqualTo(before);
        assertThat(Sales.total(file)).isEqualTo(700);
        assertThat(turns.count()).isGreaterThan(before);
      }
    });
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "`toThread`: the task ends, and the thread after its next item if it looks at a flag;"
              + " `SWITCH`: it ends where it waits")
  void total_cancelledWhileItWaits_readsNoMore(Mode mode) throws Exception {
    var got = new AtomicLong(-1);
    var stopped = new AtomicBoolean();
    mode.run(() -> {
      var held = new HeldSales();
      var total = createTask(() -> mode.call(() -> got.set(Sales.total(held, stopped))));
      await(held.asked);
      total.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(total));
      stopped.set(true);
      held.released.complete(null);
    });
    assertThat(got.get()).isEqualTo(mode == Mode.BLOCK ? 600 : -1);
  }

  @EachMode
  void records_goOverHttp(Mode mode) throws Exception {
    mode.run(() -> {
      try (var client = HttpClient.of(new Sales().router())) {
        client.post("http://shop/sales").json(new Sale("tea", 300)).send();
        assertThat(client.get("http://shop/sales").send().json(new JsonType<List<Sale>>() {}))
            .containsExactly(new Sale("tea", 300));
      }
    });
  }

  private static Path file(Path folder) throws IOException {
    var sales = "{\"item\": \"tea\", \"cents\": 300}\n{\"item\": \"cake\", \"cents\": 400}\n";
    return Files.writeString(folder.resolve("sales.json"), sales);
  }
}
