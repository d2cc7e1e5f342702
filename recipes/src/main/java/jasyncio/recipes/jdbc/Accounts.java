package jasyncio.recipes.jdbc;

import static jasyncio.Asyncio.*;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/// Accounts in a database. Nothing in its methods knows of a loop.
public final class Accounts {
  private final DataSource pool;

  public Accounts(DataSource pool) {
    this.pool = pool;
  }

  public void create() throws SQLException {
    try (var connection = pool.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS account");
      statement.execute("CREATE TABLE account (owner text PRIMARY KEY, cents bigint NOT NULL)");
      statement.execute("INSERT INTO account VALUES ('Ada', 1000), ('Ben', 1000), ('Cleo', 1000)");
    }
  }

  public long balance(String owner) throws SQLException {
    try (var connection = pool.getConnection();
        var query = connection.prepareStatement("SELECT cents FROM account WHERE owner = ?")) {
      query.setString(1, owner);
      try (var rows = query.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  public void transfer(String from, String to, long cents) throws SQLException {
    try (var connection = pool.getConnection()) {
      connection.setAutoCommit(false); // what is not committed is rolled back by the pool
      add(connection, from, -cents);
      add(connection, to, cents);
      connection.commit();
    }
  }

  private static void add(Connection connection, String owner, long cents) throws SQLException {
    var sql = "UPDATE account SET cents = cents + ? WHERE owner = ?";
    try (var update = connection.prepareStatement(sql)) {
      update.setLong(1, cents);
      update.setString(2, owner);
      update.executeUpdate();
    }
  }

  public static HikariDataSource pool(String url) {
    var config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(4);
    return new HikariDataSource(config);
  }

  static void main(String[] urls) throws Exception {
    try (var pool = pool(urls[0])) {
      var accounts = new Accounts(pool);
      accounts.create();
      run(
          () -> {
            // Each waits for its answers while the others run.
            await(
                gatherActions(
                    () -> accounts.transfer("Ada", "Ben", 100),
                    () -> accounts.transfer("Cleo", "Ben", 200)));
            IO.println("Ben has " + accounts.balance("Ben"));
          },
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    }
  }
}
