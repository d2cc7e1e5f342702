package jasyncio.gevent;

import static jasyncio.gevent.Gevent.getHub;
import static jasyncio.gevent.Gevent.joinall;
import static jasyncio.gevent.Gevent.sleep;
import static jasyncio.gevent.Gevent.spawn;
import static jasyncio.gevent.Gevent.withTimeout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import jasyncio.Asyncio;
import jasyncio.BlockingPolicy;
import jasyncio.Logs;
import jasyncio.Runtimes.PortableOnly;
import jasyncio.Runtimes.ScheduledOnly;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Unmodified clients that block, in greenlets, all on one thread.
@org.junit.jupiter.api.Timeout(600)
@SuppressWarnings("LockNotBeforeTry") // greenlets hold locks while they wait
class MonkeyTest {
  private final List<String> order = new ArrayList<>(); // greenlets need no lock

  @AfterEach
  void restore() {
    Monkey.unpatch();
    var hub = Hub.ofThread();
    if (hub != null) {
      hub.destroy();
    }
  }

  private static void joinallOrFail(List<? extends Greenlet<?>> greenlets) {
    joinall(new ArrayList<Greenlet<?>>(greenlets), WaitOptions.defaults().raiseError(true));
  }

  @Test
  @PortableOnly
  void patchAll_withoutTheScheduledRuntime_saysWhatIsMissing() {
    assertThatThrownBy(Monkey::patchAll)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Monkey.patchAll() needs the scheduled fiber runtime")
        .hasMessageContaining("--add-opens java.base/java.lang=ALL-UNNAMED");
    assertThat(Monkey.isPatched()).isFalse();
    assertThat(Monkey.isModulePatched("time")).isFalse();
  }

  @Test
  @ScheduledOnly
  void unpatched_aCallThatBlocksBlocksTheHub() {
    var other = new CountDownLatch(1);
    var blocking =
        spawn(() -> {
          order.add("other ran: " + other.await(20, TimeUnit.MILLISECONDS));
        });
    joinallOrFail(List.of(blocking, spawn(other::countDown)));
    assertThat(order).containsExactly("other ran: false");
  }

  @Test
  @ScheduledOnly
  void patchAll_afterTheHubHasRun_warnsAndWorks() {
    sleep();
    try (var logs = Logs.capture()) {
      Monkey.patchAll();
      assertThat(logs.lines())
          .singleElement()
          .asString()
          .startsWith("WARNING Monkey.patchAll() came late");
      Monkey.patchAll();
      assertThat(logs.lines()).hasSize(1);
    }
    assertThat(getHub().loop().getBlockingPolicy()).isEqualTo(BlockingPolicy.SWITCH);
    var latch = new CountDownLatch(1);
    joinallOrFail(List.of(spawn(() -> latch.await()), spawn(latch::countDown)));
  }

  @Test
  @ScheduledOnly
  void patchAll_inATaskOfAnOrdinaryLoop_changesThatLoop() {
    try (var logs = Logs.capture()) {
      Asyncio.run(() -> {
        Monkey.patchAll();
        var latch = new CountDownLatch(1);
        joinallOrFail(List.of(spawn(() -> latch.await()), spawn(latch::countDown)));
      });
      assertThat(logs.lines()).hasSize(1);
    }
  }

  @Test
  @ScheduledOnly
  void patchAll_calledBefore_changesTheLoopOfATask() {
    Monkey.patchAll();
    try (var logs = Logs.capture()) {
      Asyncio.run(() -> {
        var loop = Asyncio.getRunningLoop();
        assertThat(loop.getBlockingPolicy()).isEqualTo(BlockingPolicy.BLOCK);
        Monkey.patchAll();
        assertThat(loop.getBlockingPolicy()).isEqualTo(BlockingPolicy.SWITCH);
        Monkey.patchAll();
      });
      assertThat(logs.lines()).singleElement().asString().contains("came late");
    }
  }

  @Test
  @ScheduledOnly
  void queuesAndLocks_cooperate() {
    Monkey.patchAll();
    var there = new LinkedBlockingQueue<Integer>();
    var back = new ArrayBlockingQueue<Integer>(1);
    var lock = new ReentrantLock();
    var free = lock.newCondition();
    var signalled = new boolean[1];
    var pinger =
        spawn(() -> {
          for (int i = 0; i < 100; i++) {
            there.put(i);
            assertThat(back.take()).isEqualTo(i);
          }
          lock.lock();
          try {
            while (!signalled[0]) {
              free.await();
            }
            order.add("signalled");
          } finally {
            lock.unlock();
          }
        });
    var ponger =
        spawn(() -> {
          for (int i = 0; i < 100; i++) {
            back.put(there.take());
          }
          lock.lock();
          try {
            order.add("signals");
            signalled[0] = true;
            free.signal();
          } finally {
            lock.unlock();
          }
        });
    joinallOrFail(List.of(pinger, ponger));
    assertThat(order).containsExactly("signals", "signalled");
  }

  @Test
  @ScheduledOnly
  void synchronizedAndObjectWait_cooperate() {
    Monkey.patchAll();
    var monitor = new Object();
    var ready = new boolean[1];
    var waiter =
        spawn(() -> {
          synchronized (monitor) {
            while (!ready[0]) {
              monitor.wait();
            }
          }
          order.add("notified");
        });
    var notifier =
        spawn(() -> {
          synchronized (monitor) {
            ready[0] = true;
            order.add("notifies");
            monitor.notifyAll();
          }
        });
    joinallOrFail(List.of(waiter, notifier));
    assertThat(order).containsExactly("notifies", "notified");
  }

  @Test
  @ScheduledOnly
  void sockets_serverAndClientsOnOneThread() throws IOException {
    Monkey.patchAll();
    try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var server =
          spawn(() -> {
            for (int i = 0; i < 3; i++) {
              var client = listener.accept();
              spawn(() -> {
                try (client) {
                  client.getInputStream().transferTo(client.getOutputStream());
                }
              });
            }
          });
      var clients =
          IntStream.range(0, 3)
              .mapToObj(i ->
                  spawn(() -> {
                    try (var socket =
                        new Socket(listener.getInetAddress(), listener.getLocalPort())) {
                      socket.getOutputStream().write(("hello " + i).getBytes(UTF_8));
                      socket.shutdownOutput();
                      return new String(socket.getInputStream().readAllBytes(), UTF_8);
                    }
                  }))
              .toList();
      joinallOrFail(List.of(server));
      assertThat(clients.stream().map(g -> g.get()).toList())
          .containsExactly("hello 0", "hello 1", "hello 2");
    }
  }

  @Test
  @ScheduledOnly
  void httpUrlConnection_requestsOverlap() throws IOException {
    Monkey.patchAll();
    var allThere = new CountDownLatch(3); // no request is answered before all have come
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          allThere.countDown();
          try {
            allThere.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    try {
      var url =
          URI.create(
              "http://"
                  + server.getAddress().getAddress().getHostAddress()
                  + ":"
                  + server.getAddress().getPort()
                  + "/");
      var clients =
          IntStream.range(0, 3)
              .mapToObj(i ->
                  spawn(() -> {
                    var connection = (HttpURLConnection) url.toURL().openConnection();
                    return connection.getResponseCode();
                  }))
              .toList();
      assertThat(clients.stream().map(g -> g.get()).toList()).containsExactly(200, 200, 200);
    } finally {
      server.stop(0);
      threads.shutdown();
    }
  }

  @Test
  @ScheduledOnly
  void jdbc_queriesOnSeveralConnectionsOverlap() throws Exception {
    if (PostgresServer.programs().isEmpty()) {
      System.out.println("PostgreSQL not found: the test of a JDBC driver is skipped");
    }
    assumeTrue(PostgresServer.programs().isPresent(), "needs PostgreSQL: initdb and postgres");
    int queries = 5;
    var allConnected = new CyclicBarrier(queries); // blocks, and so lets the others run
    try (var postgres = PostgresServer.start();
        var holder = DriverManager.getConnection(postgres.url());
        var lock = holder.createStatement()) {
      lock.execute("select pg_advisory_lock(1)"); // nothing is answered until all have asked
      Monkey.patchAll();
      var group = new Group();
      for (int i = 0; i < queries; i++) {
        group.spawn(() -> query(postgres.url(), allConnected, lock));
      }
      group.join(WaitOptions.defaults().raiseError(true));
    }
    // One after the other, each would be answered before the next one asks.
    assertThat(order).hasSize(2 * queries);
    assertThat(order.subList(0, queries)).containsOnly("asks");
    assertThat(order.subList(queries, 2 * queries)).containsOnly("answered");
  }

  private void query(String url, CyclicBarrier allConnected, Statement lock) throws Exception {
    try (var connection = DriverManager.getConnection(url);
        var statement = connection.createStatement()) {
      allConnected.await();
      order.add("asks");
      if (order.size() == allConnected.getParties()) {
        lock.execute("select pg_advisory_unlock(1)");
      }
      try (var rows = statement.executeQuery("select pg_advisory_lock_shared(1)")) {
        assertThat(rows.next()).isTrue();
      }
      order.add("answered");
    }
  }

  @Test
  @ScheduledOnly
  void timeoutsAndKills_interruptCallsThatBlock() {
    Monkey.patchAll();
    var queue = new LinkedBlockingQueue<String>();
    var limited = spawn(() -> withTimeout(0.005, queue::take, "over"));
    assertThat(limited.get()).isEqualTo("over");
    var killed = spawn(() -> order.add(queue.take()));
    sleep(0); // it blocks
    killed.kill();
    assertThat(killed.exit()).isNotNull();
    assertThat(killed.exit().getSuppressed())
        .hasAtLeastOneElementOfType(InterruptedException.class);
    assertThat(order).isEmpty();
  }

  @Test
  @ScheduledOnly
  void timeout_interruptsASocketRead() throws IOException {
    Monkey.patchAll();
    try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var reader =
          spawn(() ->
              withTimeout(
                  0.005,
                  () -> {
                    try (var socket =
                        new Socket(listener.getInetAddress(), listener.getLocalPort())) {
                      return socket.getInputStream().read();
                    }
                  },
                  -2));
      assertThat(reader.get()).isEqualTo(-2);
    }
  }

  @Test
  @ScheduledOnly
  void kill_ofACallThatBlocks_letsCleanUpWait() {
    Monkey.patchAll();
    var killed =
        spawn(() -> {
          try {
            new CountDownLatch(1).await();
          } finally {
            sleep(0);
            Asyncio.sleep(0.001);
            spawn(() -> order.add("spawned")).join();
            order.add("cleaned");
          }
        });
    sleep(0); // it blocks
    killed.kill();
    assertThat(order).containsExactly("spawned", "cleaned");
    assertThat(killed.exit()).isNotNull();
    assertThat(killed.exception()).isNull();
  }

  @Test
  @ScheduledOnly
  void timeout_thatIsOverAsTheCallEnds_leavesNoInterruptBehind() {
    Monkey.patchAll();
    var lock = new ReentrantLock();
    var holder =
        spawn(() -> {
          lock.lock();
          sleep(0.03);
          lock.unlock();
        });
    var waiter =
        spawn(() -> {
          withTimeout(
              0.005,
              () -> {
                lock.lock();
                lock.unlock();
                return true;
              },
              false);
          Thread.sleep(Duration.ofMillis(1)); // an innocent call
          order.add("interrupted: " + Thread.currentThread().isInterrupted());
        });
    joinallOrFail(List.of(holder, waiter));
    assertThat(order).containsExactly("interrupted: false");
  }

  @Test
  @ScheduledOnly
  void error_ofACallThatDidNotMindTheTimeout_staysItself() {
    Monkey.patchAll();
    var lock = new ReentrantLock();
    var problem = new IllegalStateException("of its own");
    var holder =
        spawn(() -> {
          lock.lock();
          sleep(0.03);
          lock.unlock();
        });
    var waiter =
        spawn(() ->
            withTimeout(
                0.005,
                () -> {
                  lock.lock();
                  lock.unlock();
                  throw problem;
                },
                false));
    try (var logs = Logs.capture()) {
      joinall(List.of(holder, waiter));
      assertThat(logs.lines()).singleElement().asString().contains("of its own");
    }
    assertThat(waiter.exception()).isSameAs(problem);
  }

  @Test
  @ScheduledOnly
  void blockedGreenlet_isNoReasonForALoopExit() {
    Monkey.patchAll();
    var result = new AsyncResult<String>();
    spawn(() -> {
      Thread.sleep(Duration.ofMillis(5));
      result.set("slept");
    });
    assertThat(result.get()).isEqualTo("slept");
    assertThatThrownBy(() -> new Event().await()).isInstanceOf(LoopExit.class);
  }

  @Test
  @ScheduledOnly
  void original_blocksTheHub() {
    Monkey.patchAll();
    var other = new CountDownLatch(1);
    var blocking =
        spawn(() -> {
          boolean ran = Monkey.original(() -> other.await(20, TimeUnit.MILLISECONDS));
          order.add("other ran: " + ran);
          other.await();
        });
    joinallOrFail(List.of(blocking, spawn(other::countDown)));
    assertThat(order).containsExactly("other ran: false");
  }
}
