package jasyncio.recipes.sqlite;

import static jasyncio.Asyncio.*;

import jasyncio.CancelledError;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sqlite.ProgressHandler;

/// A diary in a file. SQLite works, and waits, in native code, where no policy sees it: so each
/// connection has a thread of its own, and tasks wait for that.
public final class Diary implements AutoCloseable {
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Connection connection;

  public Diary(String url) throws SQLException {
    connection = DriverManager.getConnection(url);
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 60000"); // while somebody else writes
      statement.execute("CREATE TABLE IF NOT EXISTS day (entry TEXT)");
    }
  }

  public void write(String entry) throws SQLException {
    toThread(
        thread,
        () -> {
          try (var insert = connection.prepareStatement("INSERT INTO day VALUES (?)")) {
            insert.setString(1, entry);
            insert.executeUpdate();
          }
        });
  }

  /// The first number that a query gives.
  public long ask(String sql) throws SQLException {
    var abandoned = new AtomicBoolean();
    try {
      return toThread(thread, () -> first(sql, abandoned));
    } catch (CancelledError e) {
      abandoned.set(true); // else the next query would wait for the end of this one
      throw e;
    }
  }

  private long first(String sql, AtomicBoolean abandoned) throws SQLException {
    // SQLite asks now and then whether to go on.
    ProgressHandler.setHandler(
        connection,
        10_000,
        new ProgressHandler() {
          @Override
          protected int progress() {
            return abandoned.get() ? 1 : 0;
          }
        });
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  @Override
  public void close() throws SQLException {
    thread.close();
    connection.close();
  }

  static void main(String[] urls) throws SQLException {
    try (var diary = new Diary(urls[0])) {
      run(() -> {
        await(gatherActions(() -> diary.write("It rained."), () -> diary.write("It snowed.")));
        IO.println(diary.ask("SELECT count(*) FROM day") + " entries");
      });
    }
  }
}
