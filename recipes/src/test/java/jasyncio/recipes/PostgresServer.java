package jasyncio.recipes;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// PostgreSQL.
public final class PostgresServer extends LocalServer {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final String USER = "postgres"; // it refuses to run as root

  PostgresServer() {
    super("postgres");
  }

  /// The address of its database, for JDBC.
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/postgres?user=" + USER + "&sslmode=disable";
  }

  /// A transaction that holds what a statement has locked, until it ends.
  public Connection hold(String statement) throws SQLException {
    var connection = DriverManager.getConnection(url());
    connection.setAutoCommit(false);
    try (var update = connection.createStatement()) {
      update.executeUpdate(statement);
    }
    return connection;
  }

  /// Whether somebody waits for a lock.
  public boolean hasWaiter() throws SQLException {
    try (var connection = DriverManager.getConnection(url());
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT FROM pg_locks WHERE NOT granted")) {
      return rows.next();
    }
  }

  @Override
  protected Stream<Path> folders() {
    try (var versions = Files.list(DEBIAN)) {
      return versions.map(version -> version.resolve("bin")).toList().stream();
    } catch (IOException e) {
      return Stream.empty(); // not a Debian with PostgreSQL
    }
  }

  @Override
  protected void start(Path program, Path folder) throws IOException, InterruptedException {
    var isRoot = System.getProperty("user.name").equals("root");
    if (isRoot) {
      var users = FileSystems.getDefault().getUserPrincipalLookupService();
      Files.setOwner(folder, users.lookupPrincipalByName(USER));
    }
    var data = folder.resolve("data").toString();
    var initdb = program.resolveSibling("initdb").toString();
    run(as(isRoot, List.of(initdb, "-D", data, "-U", USER, "-A", "trust", "-N", "-E", "UTF8")));
    var postgres = List.of(program.toString(), "-D", data, "-p", "" + port(), "-k", "" + folder);
    var settings = List.of("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off");
    serve(
        as(isRoot, Stream.of(postgres, settings).flatMap(List::stream).toList()),
        Map.of(),
        "ready to accept connections");
  }

  private static List<String> as(boolean isRoot, List<String> command) {
    var switchUser = List.of("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups");
    return isRoot ? Stream.of(switchUser, command).flatMap(List::stream).toList() : command;
  }
}
