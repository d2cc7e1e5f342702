//JAVA 25+
//DEPS io.github.jasyncio:jasyncio:0.1.0
//DEPS com.h2database:h2:2.3.232
//DEPS org.postgresql:postgresql:42.7.13
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// Moves money between accounts in a database, one transfer at a time and then many at once, through
// a pool of connections. JDBC blocks, so its calls run on the loop's executor; the pool itself is a
// queue, and waiting for a connection is waiting for an item.

import static jasyncio.Asyncio.*;

import module java.sql;

import jasyncio.Action;
import jasyncio.KeyboardInterrupt;
import jasyncio.Task;
import jasyncio.queue.Queue;

static final String USAGE =
    """
    Usage: Database.java [options]

    Moves money between accounts, one transfer at a time and then many at once.

      --url URL        jdbc:postgresql://host/name or any other JDBC URL (default: H2, in memory)
      --user NAME      who (the driver's default)
      --password WORD  the password
      --transfers N    how many transfers (100)
      --pool N         how many connections (8)
      --help           this text
    """;

static final int ACCOUNTS = 20;
static final int START = 1000; // what each account has
static final double TIMEOUT = 60; // seconds for one transfer, the wait for a connection included
static final int ATTEMPTS = 5; // when transfers get into each other's way

String url = "jdbc:h2:mem:bank;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=30000";
final Properties login = new Properties();
int transfers = 100;
int poolSize = 8;

void main(String[] args) throws Exception {
  parse(List.of(args).iterator());
  try {
    run(this::work);
  } catch (KeyboardInterrupt e) {
    System.exit(130);
  }
}

void work() throws Exception {
  try (var pool = Pool.open(url, login, poolSize)) {
    IO.println("connected to " + pool.with(c -> c.getMetaData().getDatabaseProductName()));
    pool.with(this::createAccounts);
    double alone = measure("one at a time", pool, 1);
    double together = measure("all at once", pool, transfers);
    System.out.printf("speed-up: %.1f times%n", alone / together);
    long total = pool.with(c -> sum(c));
    IO.println(
        "money in all accounts: " + total + (total == ACCOUNTS * START ? ", as before" : "?!"));
  }
}

/// Seconds that it takes to do all transfers, so many at a time.
double measure(String name, Pool pool, int atOnce) throws Exception {
  double began = getRunningLoop().time();
  var random = new Random(1);
  var done = new int[1];
  var running = new ArrayList<Task<Void>>();
  for (int i = 0; i < transfers; i++) {
    int from = random.nextInt(ACCOUNTS);
    int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
    int amount = 1 + random.nextInt(10);
    Action<?> transfer =
        () -> {
          waitFor(() -> transferWithRetries(pool, from, to, amount), TIMEOUT);
          progress(name, ++done[0]);
        };
    running.add(createTask(transfer));
    if (running.size() == atOnce) {
      await(gather(running));
      running.clear();
    }
  }
  await(gather(running));
  double seconds = getRunningLoop().time() - began;
  progress(name, -1);
  System.out.printf("%-14s %d transfers in %.2f s%n", name + ":", transfers, seconds);
  return seconds;
}

void transferWithRetries(Pool pool, int from, int to, int amount) throws Exception {
  for (int attempt = 1; ; attempt++) {
    try {
      pool.with(c -> transfer(c, from, to, amount));
      return;
    } catch (SQLException e) { // a deadlock, or somebody else was faster
      if (attempt == ATTEMPTS) {
        throw e;
      }
      sleep(0.01 * attempt);
    }
  }
}

// ---- JDBC: runs on the executor -----------------------------------------------------------------

Void createAccounts(Connection connection) throws SQLException {
  try (var s = connection.createStatement()) {
    s.execute("DROP TABLE IF EXISTS accounts");
    s.execute("CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL)");
    for (int i = 0; i < ACCOUNTS; i++) {
      s.execute("INSERT INTO accounts VALUES (" + i + ", " + START + ")");
    }
  }
  connection.commit();
  return null;
}

Void transfer(Connection connection, int from, int to, int amount) throws SQLException {
  try (var s =
      connection.prepareStatement("UPDATE accounts SET balance = balance + ? WHERE id = ?")) {
    for (int id : new int[] {Math.min(from, to), Math.max(from, to)}) { // in order: no deadlocks
      s.setInt(1, id == from ? -amount : amount);
      s.setInt(2, id);
      s.executeUpdate();
    }
  }
  think();
  connection.commit();
  return null;
}

/// A database on another machine takes a while to answer. The default one does not.
void think() {
  try {
    Thread.sleep(5);
  } catch (InterruptedException e) {
    Thread.currentThread().interrupt();
  }
}

long sum(Connection connection) throws SQLException {
  try (var s = connection.createStatement();
      var rows = s.executeQuery("SELECT SUM(balance) FROM accounts")) {
    rows.next();
    return rows.getLong(1);
  }
}

// ---- the pool -----------------------------------------------------------------------------------

/// Something to do with a connection; may block.
interface Work<T> {
  T with(Connection connection) throws SQLException;
}

/// Connections that are lent to one task at a time, first come, first served.
record Pool(List<Connection> all, Queue<Connection> free) implements AutoCloseable {
  static Pool open(String url, Properties login, int size) throws Exception {
    var pool = new Pool(new ArrayList<>(), new Queue<>());
    try {
      for (int i = 0; i < size; i++) {
        var connection = toThread(() -> DriverManager.getConnection(url, login));
        pool.all.add(connection);
        connection.setAutoCommit(false);
        pool.free.putNowait(connection);
      }
      return pool;
    } catch (Throwable e) {
      pool.close();
      throw e;
    }
  }

  /// Waits for a connection, and has `work` done with it. Cancelled, it waits until the connection
  /// is in order again: a call that has begun cannot be stopped.
  <T> T with(Work<T> work) throws Exception {
    var connection = free.get();
    var call =
        createTask(() -> {
          try {
            return toThread(() -> use(connection, work));
          } finally {
            free.putNowait(connection);
          }
        });
    return await(shield(call), SQLException.class);
  }

  private static <T> T use(Connection connection, Work<T> work) throws SQLException {
    try {
      return work.with(connection);
    } catch (Throwable e) {
      connection.rollback();
      throw e;
    }
  }

  @Override
  public void close() throws Exception {
    for (var connection : all) {
      toThread(() -> connection.close());
    }
  }
}

// ---- the command line ---------------------------------------------------------------------------

void progress(String name, int done) {
  if (System.console() != null && System.console().isTerminal()) {
    System.err.print(done < 0 ? "\r\033[K" : "\r" + name + ": " + done + "/" + transfers);
  }
}

void parse(Iterator<String> args) {
  while (args.hasNext()) {
    switch (args.next()) {
      case "--url" -> url = value(args);
      case "--user" -> login.setProperty("user", value(args));
      case "--password" -> login.setProperty("password", value(args));
      case "--transfers" -> transfers = Integer.parseInt(value(args));
      case "--pool" -> poolSize = Integer.parseInt(value(args));
      case "--help" -> {
        IO.print(USAGE);
        System.exit(0);
      }
      default -> {
        System.err.print(USAGE);
        System.exit(2);
      }
    }
  }
}

String value(Iterator<String> args) {
  if (!args.hasNext()) {
    System.err.print(USAGE);
    System.exit(2);
  }
  return args.next();
}
