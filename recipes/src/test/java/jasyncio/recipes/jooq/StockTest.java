package jasyncio.recipes.jooq;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.PostgresServer;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Recipe(
    name = "jOOQ, on PostgreSQL",
    program = Stock.class,
    libraries = DSLContext.class,
    servers = PostgresServer.class,
    notes = "what holds for its `DataSource` holds for it")
class StockTest {
  private static final String LOCK = "UPDATE stock SET pieces = pieces WHERE article = 'tea'";

  private static PostgresServer server;
  private static HikariDataSource pool;
  private static Stock stock;

  @BeforeAll
  static void open(PostgresServer postgres) {
    server = postgres;
    var config = new HikariConfig();
    config.setJdbcUrl(server.url());
    config.setMaximumPoolSize(4);
    pool = new HikariDataSource(config);
    stock = new Stock(DSL.using(pool, SQLDialect.POSTGRES));
  }

  @AfterAll
  static void close() {
    if (pool != null) {
      pool.close();
    }
  }

  @BeforeEach
  void create() {
    stock.create();
  }

  @Test
  void main_twoWantTheSame_oneHasIt() throws Exception {
    assertThat(Output.of(() -> Stock.main(new String[] {server.url()})))
        .containsExactly("one of them has tea");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void take_waitsForALock_othersRun(Mode mode) throws Exception {
    try (var holder = server.hold(LOCK)) {
      mode.run(() -> {
        var taken = createTask(() -> mode.call(() -> stock.take("tea", 2, "Ada")));
        mode.until(server::hasWaiter);
        assertThat(mode.call(() -> stock.take("salt", 1, "Ben"))).isTrue();
        assertThat(taken.done()).isFalse();
        mode.call(() -> holder.rollback());
        assertThat(await(taken)).isTrue();
        assertThat(mode.call(() -> stock.pieces("tea"))).isEqualTo(1);
      });
    }
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "`BLOCK`: the transaction goes on and is committed; `SWITCH`: it is interrupted and rolled back")
  void take_cancelledWhileItWaits_endsAtOnce(Mode mode) throws Exception {
    try (var holder = server.hold(LOCK)) {
      mode.run(() -> {
        var taken = createTask(() -> mode.call(() -> stock.take("tea", 2, "Ada")));
        mode.until(server::hasWaiter);
        taken.cancel();
        assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(taken));
        mode.call(() -> holder.rollback());
      });
    }
    // run has waited for the thread of toThread.
    assertThat(stock.pieces("tea")).isEqualTo(mode == Mode.BLOCK ? 1 : 3);
  }
}
