package jasyncio.gevent;

import jasyncio.testkit.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A PostgreSQL of one's own, as far as this machine has one.
final class PostgresServer implements AutoCloseable {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final String USER = "postgres"; // it refuses to run as root

  private final Path folder;
  private final Process process;
  private final int port;

  private PostgresServer(Path folder, Process process, int port) {
    this.folder = folder;
    this.process = process;
    this.port = port;
  }

  /// The folder with `initdb` and `postgres`, unless there is none.
  static Optional<Path> programs() {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("").split(":", -1);
    return Stream.concat(Stream.of(path).map(Path::of), debian())
        .filter(bin ->
            Files.isExecutable(bin.resolve("initdb"))
                && Files.isExecutable(bin.resolve("postgres")))
        .findFirst();
  }

  private static Stream<Path> debian() {
    try (var versions = Files.list(DEBIAN)) {
      return versions.map(version -> version.resolve("bin")).toList().stream();
    } catch (IOException e) {
      return Stream.empty(); // not a Debian with PostgreSQL
    }
  }

  /// Starts a server with a database of its own, and waits until it can be used.
  static PostgresServer start() throws IOException, InterruptedException {
    var bin = programs().orElseThrow();
    var folder = Files.createTempDirectory("jasyncio-postgres");
    if (isRoot()) {
      var users = FileSystems.getDefault().getUserPrincipalLookupService();
      Files.setOwner(folder, users.lookupPrincipalByName(USER));
    }
    var data = folder.resolve("data").toString();
    var initdb = bin.resolve("initdb").toString();
    var made = command(folder, initdb, "-D", data, "-U", USER, "-A", "trust", "-N", "-E", "UTF8");
    var output = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (made.waitFor() != 0) {
      throw new IOException("initdb failed:\n" + output);
    }
    int port = Ports.free();
    var process =
        command(
            folder,
            bin.resolve("postgres").toString(),
            "-D",
            data,
            "-p",
            Integer.toString(port),
            "-k",
            folder.toString(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off");
    awaitReady(process.inputReader(StandardCharsets.UTF_8));
    return new PostgresServer(folder, process, port);
  }

  private static Process command(Path folder, String... words) throws IOException {
    var command = new ArrayList<String>();
    if (isRoot()) {
      command.addAll(List.of("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups"));
    }
    command.addAll(List.of(words));
    var builder = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
    builder.environment().put("LC_ALL", "C");
    return builder.start();
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private static void awaitReady(BufferedReader log) throws IOException {
    var seen = new ArrayList<String>();
    for (var line = log.readLine(); line != null; line = log.readLine()) {
      seen.add(line);
      if (line.contains("ready to accept connections")) {
        Thread.ofVirtual().start(() -> skipRest(log)); // else the pipe fills up
        return;
      }
    }
    throw new IOException("PostgreSQL did not start:\n" + String.join("\n", seen));
  }

  private static void skipRest(BufferedReader log) {
    try {
      while (log.readLine() != null) {}
    } catch (IOException e) {
      return; // the server has been killed
    }
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER + "&sslmode=disable";
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(100, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(PostgresServer::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
