package jasyncio.recipes.sqlite;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

@Recipe(
    name = "SQLite",
    program = Diary.class,
    libraries = JDBC.class,
    notes = "native: under both policies by `toThread`, with a thread for each connection")
class DiaryTest {
  private static final String ENDLESS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

  @TempDir Path folder;

  private String url() {
    return "jdbc:sqlite:" + folder.resolve("diary");
  }

  @Test
  void main_countsTheEntries() throws Exception {
    assertThat(Output.of(() -> Diary.main(new String[] {url()}))).containsExactly("2 entries");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "overlaps")
  @Shows(in = Column.SWITCH, value = "**stops the loop**; with `toThread` it overlaps")
  void write_whileAnotherWrites_waitsAndOthersRun(Mode mode) throws Exception {
    try (var diary = new Diary(url());
        var other = DriverManager.getConnection(url())) {
      other.setAutoCommit(false);
      try (var statement = other.createStatement()) {
        statement.execute("INSERT INTO day VALUES ('It snowed.')");
      }
      mode.run(() -> {
        var written = createTask(() -> diary.write("It rained."));
        sleep(0);
        assertThat(written.done()).isFalse();
        other.commit();
        await(written);
        assertThat(diary.ask("SELECT count(*) FROM day")).isEqualTo(2);
      });
    }
  }

  /// The other writer would have been done at once, but it has no turn.
  @Test
  void write_onTheLoopUnderSwitch_stopsIt() throws Exception {
    try (var diary = new Diary(url());
        var one = DriverManager.getConnection(url() + "?busy_timeout=50");
        var other = DriverManager.getConnection(url())) {
      other.setAutoCommit(false);
      try (var statement = other.createStatement()) {
        statement.execute("INSERT INTO day VALUES ('It snowed.')");
      }
      Mode.SWITCH.run(() -> {
        var insert = one.prepareStatement("INSERT INTO day VALUES ('It rained.')");
        var written = createTask(() -> insert.executeUpdate());
        var committed = createTask(() -> other.commit());
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> await(written, SQLException.class))
            .withMessageContaining("SQLITE_BUSY");
        await(committed);
      });
    }
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "the task ends at once, the query only if it asks: with a `ProgressHandler`, as in the program")
  void ask_cancelledInAnEndlessQuery_freesItsThread(Mode mode) throws Exception {
    try (var diary = new Diary(url())) {
      mode.run(() -> {
        var asked = createTask(() -> diary.ask(ENDLESS));
        mode.until(() -> isComputing());
        asked.cancel();
        assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(asked));
        assertThat(diary.ask("SELECT count(*) FROM day")).isZero();
      });
    }
  }

  private static boolean isComputing() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getMethodName().equals("step"));
  }
}
