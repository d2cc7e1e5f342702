package jasyncio.http;

import static jasyncio.Asyncio.allTasks;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.net.TlsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A mixed load, with every kind of trouble, on servers and clients that live as long as the test.
/// It comes in rounds. After each everybody leaves, and what is in use then has to be what was in
/// use before.
///
/// Some seconds in the build; `-Djasyncio.soak=1200` says how many, and has the figures printed.
/// `-Djasyncio.soak.seed` chooses who does what.
///
/// It is judged by what is left when nothing goes on any more, for which it waits, and never by how
/// quick something is.
@Tag("slow")
@Timeout(7200)
class SoakTest {
  /* Overview
   * What must be as it was before, after each round: connections, handlers, tasks, timers, channels of the loop, instances of
   *   what belongs to a connection, files.
   * What the JVM uses for its own purposes, too, must not grow from the round that warms up on: descriptors and threads by
   *   more than a few, direct memory by more than a few buffers.
   * The heap is looked at if there are many rounds: its least of the last third must not be above its most of the first third.
   */
  private static final double USUAL_SECONDS = 2;
  private static final double SECONDS =
      Double.parseDouble(System.getProperty("jasyncio.soak", "" + USUAL_SECONDS));
  private static final boolean IS_LONG = System.getProperty("jasyncio.soak") != null;
  private static final long SEED = Long.getLong("jasyncio.soak.seed", 1L);
  private static final @Nullable String ONLY = System.getProperty("jasyncio.soak.deeds");
  private static final int USERS = 10;
  private static final int LEAST_ROUNDS = 3;
  private static final int ROUND = 30; // seconds
  private static final int MANY_ROUNDS = 12;
  private static final double PATIENCE = 600; // seconds
  private static final int MORE_DESCRIPTORS = 4;
  private static final int MORE_THREADS = 8;
  private static final long MORE_DIRECT = 4L << 20;
  private static final long MORE_HEAP = 1L << 20;
  private static final HttpOptions OPTIONS =
      HttpOptions.defaults()
          .headerTime(SoakSite.LONG)
          .idleTime(SoakSite.LONG)
          .bodyRate(0)
          .responseRate(0)
          .grace(Duration.ofMillis(200));

  @TempDir private Path folder;

  private final List<String> reports = new ArrayList<>();
  private final Map<String, Integer> done = new TreeMap<>();
  private final List<SoakFigures> figures = new ArrayList<>();
  private Map<String, Long> before = Map.of(); // instances of what belongs to connections
  private int reloads;
  private int channels;

  @Test
  void mixedLoad_leavesNothing() throws Exception {
    var site = new SoakSite(folder, IS_LONG ? 10_000 : 2 * SoakSite.BIG); // other tests count files
    before = SoakFigures.before();
    Asyncio.run(() -> soak(site));
    assertThat(reports).isEmpty();
    SoakFigures.take(before);
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(site.files());
    }
    judge();
  }

  private void soak(SoakSite site) throws Exception {
    getRunningLoop()
        .setExceptionHandler((loop, error) -> {
          if (!String.valueOf(error.exception()).contains(SoakSite.ON_PURPOSE)) {
            reports.add(error.message() + ": " + error.exception());
          }
        });
    var keys = new AtomicReference<SSLContext>(TestKeys.server());
    var socket = folder.resolve("s");
    var app = site.app();
    try (var plain = Http.start(app, "127.0.0.1", 0, OPTIONS);
        var secure = Http.start(app, "127.0.0.1", 0, OPTIONS.tls(TlsOptions.of(keys::get)));
        var unix = Http.start(app, socket, OPTIONS);
        var proxied = Http.start(app, "127.0.0.1", 0, OPTIONS.proxyProtocol(true));
        var deeds = new SoakDeeds(site, plain, secure, proxied, socket)) {
      var servers = List.of(plain, secure, unix, proxied);
      channels = getRunningLoop().statistics().channels();
      int rounds = (int) Math.max(LEAST_ROUNDS, SECONDS / ROUND);
      for (int i = 0; i < rounds; i++) {
        work(deeds, i, SECONDS / rounds, keys);
        awaitQuiet(site, servers, deeds);
        figures.add(toThread(() -> SoakFigures.take(before)));
        tell(i);
      }
      shutDown(site, servers, deeds);
    }
    assertThat(allTasks()).containsExactly(currentTask());
  }

  private void work(SoakDeeds deeds, int round, double seconds, AtomicReference<SSLContext> keys)
      throws Exception {
    var all =
        deeds.all().entrySet().stream()
            .filter(deed -> ONLY == null || List.of(ONLY.split(",")).contains(deed.getKey()))
            .toList();
    double end = getRunningLoop().time() + seconds;
    var tasks = new ArrayList<Task<?>>();
    for (int user = 0; user < USERS; user++) {
      var random = new Random(SEED * 1_000_000 + 1000L * round + user);
      tasks.add(
          createTask(() -> {
            while (getRunningLoop().time() < end) {
              var deed = all.get(random.nextInt(all.size()));
              try {
                deed.getValue().run(random);
              } catch (Exception e) {
                throw new AssertionError(deed.getKey() + " has failed", e);
              }
              done.merge(deed.getKey(), 1, Integer::sum);
            }
            return null;
          }));
    }
    var reloading = createTask(() -> reload(keys));
    try {
      for (var task : tasks) {
        task.await();
      }
    } finally {
      tasks.add(reloading);
      tasks.forEach(Task::cancel);
      Asyncio.wait(tasks);
    }
  }

  private void reload(AtomicReference<SSLContext> keys) throws Exception {
    while (true) {
      sleep(0.2);
      keys.set(toThread(TestKeys::server));
      reloads++;
    }
  }

  /// What still goes on: nothing if these are all zero.
  private String goingOn(SoakSite site, List<HttpServer> servers, SoakDeeds deeds) {
    int connections = servers.stream().mapToInt(s -> s.statistics().connections()).sum();
    var loop = getRunningLoop().statistics();
    return "%d connections of servers, %d of clients, %d handlers, %d tasks, %d timers, %d channels"
        .formatted(
            connections,
            deeds.connections(),
            site.atWork(),
            loop.tasks() - 1, // this one
            loop.timers(),
            loop.channels() - channels);
  }

  private void awaitQuiet(SoakSite site, List<HttpServer> servers, SoakDeeds deeds)
      throws IOException {
    double limit = getRunningLoop().time() + PATIENCE;
    for (var now = goingOn(site, servers, deeds);
        now.matches(".*[1-9].*");
        now = goingOn(site, servers, deeds)) {
      assertThat(getRunningLoop().time()).as("there are still %s", now).isLessThan(limit);
      sleep(0.01);
    }
    long most = figures.isEmpty() ? Long.MAX_VALUE : first().descriptors() + MORE_DESCRIPTORS;
    while (SoakFigures.openDescriptors() > most) {
      assertThat(getRunningLoop().time()).as("descriptors are left open").isLessThan(limit);
      sleep(0.01);
    }
  }

  private SoakFigures first() {
    return figures.getFirst();
  }

  /// Ends the servers while there are clients that would never leave.
  private void shutDown(SoakSite site, List<HttpServer> servers, SoakDeeds deeds) throws Exception {
    var stayers = deeds.stay();
    sleep(0.1);
    assertThat(site.atWork()).isPositive();
    for (var server : servers) {
      server.close();
      assertThat(server.statistics().connections()).isZero();
    }
    deeds.close();
    Asyncio.wait(stayers);
    for (var task : stayers) {
      if (task.exception() != null) { // it is told in one way or another
        assertThat(task.exception()).isInstanceOf(IOException.class);
      }
    }
    assertThat(site.atWork()).isZero();
  }

  private void tell(int round) {
    if (IS_LONG) {
      System.out.printf(
          Locale.ROOT,
          "round %d: %s; %d deeds, %d reloads of keys%n",
          round,
          figures.getLast(),
          done.values().stream().mapToInt(Integer::intValue).sum(),
          reloads);
    }
  }

  private void judge() {
    if (IS_LONG) {
      System.out.println(done);
    }
    var last = figures.getLast();
    assertThat(last.descriptors()).isLessThanOrEqualTo(first().descriptors() + MORE_DESCRIPTORS);
    assertThat(last.threads()).isLessThanOrEqualTo(first().threads() + MORE_THREADS);
    assertThat(last.direct()).isLessThanOrEqualTo(first().direct() + MORE_DIRECT);
    if (figures.size() >= MANY_ROUNDS) {
      int third = figures.size() / 3;
      long most =
          figures.subList(1, third).stream().mapToLong(SoakFigures::heap).max().orElseThrow();
      long least =
          figures.subList(2 * third, figures.size()).stream()
              .mapToLong(SoakFigures::heap)
              .min()
              .orElseThrow();
      assertThat(least).isLessThanOrEqualTo(most + MORE_HEAP);
    }
  }
}
