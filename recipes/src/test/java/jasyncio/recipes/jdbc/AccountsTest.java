package jasyncio.recipes.jdbc;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.PostgresServer;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

@Recipe(
    name = "JDBC: HikariCP, PostgreSQL",
    program = Accounts.class,
    libraries = {HikariDataSource.class, Driver.class},
    servers = PostgresServer.class,
    notes = "the pool's size is the limit on queries at the same time")
class AccountsTest {
  private static PostgresServer server;
  private static HikariDataSource pool;
  private static Accounts accounts;

  @BeforeAll
  static void open(PostgresServer postgres) {
    server = postgres;
    pool = Accounts.pool(server.url());
    accounts = new Accounts(pool);
  }

  @AfterAll
  static void close() {
    if (pool != null) {
      pool.close();
    }
  }

  @BeforeEach
  void create() throws SQLException {
    accounts.create();
  }

  @Test
  void main_printsWhatBenHas() throws Exception {
    assertThat(Output.of(() -> Accounts.main(new String[] {server.url()})))
        .containsExactly("Ben has 1300");
  }

  private static final String LOCK = "UPDATE account SET cents = cents WHERE owner = 'Ada'";

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void transfer_waitsForALock_othersRun(Mode mode) throws Exception {
    try (var holder = server.hold(LOCK)) {
      mode.run(() -> {
        var transfer = createTask(() -> mode.call(() -> accounts.transfer("Ada", "Ben", 100)));
        mode.until(server::hasWaiter);
        assertThat(mode.call(() -> accounts.balance("Cleo"))).isEqualTo(1000);
        assertThat(transfer.done()).isFalse();
        mode.call(() -> holder.rollback());
        await(transfer);
        assertThat(mode.call(() -> accounts.balance("Ben"))).isEqualTo(1100);
      });
    }
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "`BLOCK`: the task ends, the call goes on and has its effect; `SWITCH`: the connection is"
              + " closed, the pool opens another one, nothing is committed")
  void transfer_cancelledWhileItWaits_endsAtOnce(Mode mode) throws Exception {
    try (var holder = server.hold(LOCK)) {
      mode.run(() -> {
        var transfer = createTask(() -> mode.call(() -> accounts.transfer("Ada", "Ben", 100)));
        mode.until(server::hasWaiter);
        transfer.cancel();
        assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(transfer));
        var pooled = pool.getHikariPoolMXBean();
        assertThat(pooled.getActiveConnections()).isEqualTo(mode == Mode.BLOCK ? 1 : 0);
        mode.call(() -> holder.rollback());
      });
    }
    // run has waited for the thread of toThread.
    assertThat(accounts.balance("Ben")).isEqualTo(mode == Mode.BLOCK ? 1100 : 1000);
  }
}
