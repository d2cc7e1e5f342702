package jasyncio.net;

import static jasyncio.Asyncio.allTasks;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.ChildJvm;
import jasyncio.ErrorContext;
import jasyncio.Logs;
import jasyncio.Task;
import jasyncio.internal.net.Connector;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// What networks do to programs, on real sockets.
@ExtendWith(OpenSockets.class)
@Timeout(600)
class FaultsTest {
  private static final String HOST = Loopback.HOST;
  private static final String CANNOT_ACCEPT =
      "cannot accept a connection; trying again in a second";

  /// Options for the runtime that is being tested.
  private static final List<String> SAME_FIBERS =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "-Djasyncio.fibers=" + System.getProperty("jasyncio.fibers", "scheduled"));

  // ---- the other side ---------------------------------------------------------------------------

  /// A connection whose other side is a blocking socket of the JDK's.
  private static Recorder connectTo(Server server, SocketChannel other, Recorder peer)
      throws Exception {
    int port = Loopback.port(server);
    toThread(() -> other.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    peer.made.await();
    return peer;
  }

  @Test
  void resetWhileWriting_endsTheConnectionWithAnError() throws Exception {
    run(() -> {
      var peer = new Recorder();
      try (var server = Transports.createServer(() -> peer, HOST, 0);
          var other = SocketChannel.open()) {
        connectTo(server, other, peer);
        peer.transport().pauseReading(); // only the writing side finds out
        peer.transport().write(new byte[20_000_000]);
        assertThat(peer.transport().getWriteBufferSize()).isPositive();
        other.setOption(StandardSocketOptions.SO_LINGER, 0);
        other.close(); // a reset
        assertThat(peer.lost.await()).isInstanceOf(SocketException.class);
        assertThat(peer.transport().getWriteBufferSize()).isZero();
        assertThat(peer.calls).containsExactly("made", "pause", "lost");
        peer.transport().write(new byte[10]); // dropped
      }
    });
  }

  @Test
  void resetWhileReading_endsTheConnectionWithAnError() throws Exception {
    run(() -> {
      var peer = new Recorder();
      try (var server = Transports.createServer(() -> peer, HOST, 0);
          var other = SocketChannel.open()) {
        connectTo(server, other, peer);
        other.setOption(StandardSocketOptions.SO_LINGER, 0);
        other.close();
        assertThat(peer.lost.await())
            .isInstanceOf(SocketException.class)
            .hasMessageContaining("reset");
      }
    });
  }

  @Test
  void halfOpenPeer_isStillWrittenTo() throws Exception {
    run(() -> {
      var peer =
          new Recorder() {
            @Override
            public boolean eofReceived() {
              super.eofReceived();
              return true;
            }
          };
      try (var server = Transports.createServer(() -> peer, HOST, 0);
          var other = SocketChannel.open()) {
        connectTo(server, other, peer);
        other.shutdownOutput();
        while (!peer.calls.contains("eof")) {
          sleep(0.001);
        }
        sleep(0.01); // and does not spin on the end of the stream
        assertThat(peer.calls).containsExactly("made", "eof");
        peer.write("are you still there?");
        var answer = ByteBuffer.allocate(20);
        toThread(() -> readFully(other, answer));
        assertThat(new String(answer.array(), UTF_8)).isEqualTo("are you still there?");
        peer.transport().close();
        assertThat(peer.lost.await()).isNull();
      }
    });
  }

  private static void readFully(SocketChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // more is to come
    }
  }

  @Test
  void slowReader_bringsTheWriterToAHalt() throws Exception {
    run(() -> {
      var writer = new Paced();
      try (var server = Transports.createServer(() -> writer, HOST, 0);
          var other = SocketChannel.open()) {
        connectTo(server, other, writer);
        writer.transport().setWriteBufferLimits(100_000);
        var writing = createTask(() -> writer.writeAll(300, 64 * 1024));
        while (!writer.isPaused()) {
          sleep(0);
        }
        sleep(0.05);
        assertThat(writing.done()).isFalse();
        var buffer = ByteBuffer.allocate(64 * 1024);
        long read = 0;
        while (read < 300L * 64 * 1024) {
          read += toThread(() -> other.read(buffer.clear()));
        }
        writing.await();
        assertThat(writer.most).as("bytes in the buffer").isLessThanOrEqualTo(100_000 + 64 * 1024);
        assertThat(writer.calls.stream().filter(c -> c.equals("pause")).count())
            .isEqualTo(writer.calls.stream().filter(c -> c.equals("resume")).count())
            .isPositive();
        writer.transport().close();
      }
      writer.lost.await();
    });
  }

  /// Writes when it may.
  private static final class Paced extends Recorder {
    private jasyncio.@Nullable Future<@Nullable Void> paused;
    int most;

    boolean isPaused() {
      return paused != null;
    }

    void writeAll(int pieces, int size) {
      for (int i = 0; i < pieces; i++) {
        if (paused != null) {
          paused.await();
        }
        transport().write(new byte[size]);
        most = Math.max(most, transport().getWriteBufferSize());
      }
      if (paused != null) {
        paused.await();
      }
    }

    @Override
    public void pauseWriting() {
      super.pauseWriting();
      paused = getRunningLoop().createFuture();
    }

    @Override
    public void resumeWriting() {
      super.resumeWriting();
      if (paused != null) {
        paused.setResult(null);
      }
      paused = null;
    }
  }

  // ---- connecting -------------------------------------------------------------------------------

  @Test
  void unreachableHost_isAnErrorOrATimeout() {
    run(() -> {
      for (var nowhere : List.of("192.0.2.1", "255.255.255.255", "100::1")) {
        assertThatThrownBy(() ->
                timeout(
                    0.2,
                    () -> {
                      Transports.createConnection(Recorder::new, nowhere, 9);
                    }))
            .isInstanceOfAny(IOException.class, TimeoutException.class);
      }
      assertThat(allTasks()).hasSize(1);
    });
  }

  // ---- servers ----------------------------------------------------------------------------------

  @Test
  void clientThatVanishesDuringShutdown_doesNotHoldItUp() throws Exception {
    run(() -> {
      for (int i = 0; i < 20; i++) {
        var peer = new Recorder();
        var server = Transports.createServer(() -> peer, HOST, 0);
        try (var other = SocketChannel.open()) {
          connectTo(server, other, peer);
          peer.transport().write(new byte[5_000_000]); // more than the sockets hold
          other.setOption(StandardSocketOptions.SO_LINGER, 0);
          var closing = createTask(() -> server.close(Duration.ofSeconds(60)));
          server.closeClients();
          if (i % 2 == 0) {
            sleep(0);
          }
          other.close();
          closing.await();
          assertThat(peer.lost.done()).isTrue();
        }
      }
    });
  }

  @Test
  void lateWritesToALostConnection_areWarnedOf() throws Exception {
    run(() -> {
      try (var logs = Logs.capture();
          var pair = Loopback.open()) {
        pair.client().transport().abort();
        pair.client().lost.await();
        for (int i = 0; i < 4; i++) {
          pair.client().transport().write(new byte[1]);
        }
        assertThat(logs.lines()).noneMatch(line -> line.contains("transport that is closed"));
        pair.client().transport().write(new byte[1]);
        assertThat(logs.lines()).anyMatch(line -> line.contains("transport that is closed"));
      }
    });
  }

  @Test
  void aThousandRoundsOfConnectAndKill_leaveNothing() throws Exception {
    var random = new Random(20);
    run(() -> {
      var reports = new ArrayList<ErrorContext>();
      getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error));
      var peers = new ArrayList<Recorder>();
      var server =
          Transports.createServer(
              () -> {
                var peer = new Recorder();
                peers.add(peer);
                return peer;
              },
              HOST,
              0);
      int port = Loopback.port(server);
      var rounds = new ArrayList<Task<?>>();
      for (int i = 0; i < 1000; i++) {
        var way = random.nextInt(6);
        rounds.add(createTask(() -> round(port, way)));
        if (random.nextInt(4) == 0) {
          rounds.get(random.nextInt(rounds.size())).cancel();
        }
        if (rounds.size() % 50 == 0) {
          Asyncio.wait(rounds);
          if (random.nextInt(5) == 0) {
            server.closeClients();
          }
        }
      }
      Asyncio.wait(rounds);
      for (var round : rounds) {
        if (!round.cancelled()) {
          assertThat(round.exception()).isNull();
        }
      }
      server.close(Duration.ofMillis(100));
      assertThat(peers).allMatch(peer -> !peer.made.done() || peer.lost.done());
      assertThat(reports).isEmpty();
      assertThat(allTasks()).hasSize(1);
    });
  }

  private static void round(int port, int way) throws Exception {
    var client = Transports.createConnection(Recorder::new, HOST, port).protocol();
    var transport = client.transport();
    try {
      switch (way) {
        case 0 -> transport.abort();
        case 1 -> transport.close();
        case 2 -> transport.write(new byte[100_000]);
        case 3 -> {
          transport.write(new byte[1000]);
          transport.writeEof();
        }
        case 4 -> {
          transport.getExtraInfo(ExtraInfo.SOCKET).setOption(StandardSocketOptions.SO_LINGER, 0);
          transport.abort();
        }
        default -> sleep(0.001);
      }
    } catch (CancelledError e) {
      transport.abort();
      throw e;
    }
    transport.close();
    client.lost.await();
  }

  // ---- many -------------------------------------------------------------------------------------

  @Test
  @Tag("kernel") // in processes of their own
  void tenThousandConnections_areHeldAtOnce() throws Exception {
    int count = 10_000;
    run(() -> {
      var open = new int[1];
      var server =
          Transports.createServer(
              () -> new Counted(open), HOST, 0, ServerOptions.defaults().backlog(4096));
      try (var clients =
          ChildJvm.start(
              ManyClients.class,
              SAME_FIBERS,
              Integer.toString(Loopback.port(server)),
              Integer.toString(count))) {
        toThread(() -> clients.awaitLine("connected"));
        while (open[0] < count) {
          sleep(0.01);
        }
        assertThat(open[0]).isEqualTo(count);
      } // killed
      server.close();
      server.waitClosed();
      assertThat(open[0]).isZero();
    });
  }

  private static final class Counted implements Protocol {
    private final int[] open;

    Counted(int[] open) {
      this.open = open;
    }

    @Override
    public void connectionMade(Transport transport) {
      open[0]++;
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      open[0]--;
    }
  }

  /// Another process that connects many times and waits to be killed.
  static final class ManyClients {
    public static void main(String[] arguments) throws Exception {
      int port = Integer.parseInt(arguments[0]);
      int count = Integer.parseInt(arguments[1]);
      run(() -> {
        for (int i = 0; i < count; i++) {
          Transports.createConnection(() -> new Protocol() {}, HOST, port);
        }
        System.out.println("connected");
        sleep(1000);
      });
    }
  }

  @Test
  @Tag("kernel") // in a process of its own
  void outOfFileDescriptors_theServerWaitsAndGoesOn() throws Exception {
    try (var server = ChildJvm.startWithFewFiles(150, FewFiles.class, SAME_FIBERS)) {
      int port = Integer.parseInt(server.readLine());
      var sockets = new ArrayList<Socket>();
      for (int i = 0; i < 200; i++) {
        sockets.add(
            new Socket(
                InetAddress.getLoopbackAddress(),
                port)); // the backlog takes those that are not accepted
      }
      assertThat(server.readLine()).isEqualTo(CANNOT_ACCEPT);
      for (var socket : sockets) {
        socket.close();
      }
      // the server goes on; everybody who asks now gets an answer
      for (int i = 0; i < 20; i++) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
          socket.getOutputStream().write('?');
          assertThat(socket.getInputStream().read()).isEqualTo('?');
        }
      }
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.getOutputStream().write('!');
        var line = server.readLine();
        while (line.equals(CANNOT_ACCEPT)) { // again, if the machine was too busy to close them all
          line = server.readLine();
        }
        assertThat(line).isEqualTo("left 0");
      }
    }
  }

  @Test
  void outOfFileDescriptors_beforeTheLoopFirstWaits_itWaits() {
    try (var program = ChildJvm.startWithFewFiles(150, FirstWait.class, SAME_FIBERS)) {
      assertThat(program.finish().output()).isEqualTo("Too many open files\nwaited");
    }
  }

  /// Takes all files before the loop has had to wait, as the clients of a server may do.
  static final class FirstWait {
    public static void main(String[] arguments) throws Exception {
      FewFiles.loadClasses();
      run(() -> {
        Transports.createServer(() -> new Protocol() {}, HOST, 0);
        takeAllFiles();
        sleep(0.01);
        System.out.println("waited");
      });
    }
  }

  private static List<SocketChannel> takeAllFiles() {
    var taken = new ArrayList<SocketChannel>();
    try {
      while (true) {
        taken.add(SocketChannel.open());
      }
    } catch (IOException e) {
      System.out.println(e.getMessage());
    }
    return taken;
  }

  @Test
  void outOfFileDescriptors_makingAServerSaysSo() {
    try (var program = ChildJvm.startWithFewFiles(150, NoFiles.class, SAME_FIBERS)) {
      assertThat(program.finish().output().lines())
          .isNotEmpty()
          .allMatch(line -> line.endsWith("Too many open files"));
    }
  }

  /// Tries to make servers when all files are taken.
  static final class NoFiles {
    public static void main(String[] arguments) throws Exception {
      FewFiles.loadClasses();
      run(() -> {
        var anywhere = List.of(HOST, "127.0.0.2");
        Transports.createServer(() -> new Protocol() {}, anywhere, 0, ServerOptions.defaults())
            .close(); // loads the classes
        var taken = takeAllFiles();
        for (var host : List.of(HOST, "127.0.0.2", "")) {
          try {
            Transports.createServer(() -> new Protocol() {}, host, 0);
          } catch (IOException e) {
            System.out.println(e.getMessage());
          }
        }
        taken.forEach(Connector::close);
      });
    }
  }

  /// A server that echoes, says when it cannot accept, and on `!` how many clients are left beside
  /// the one who asks.
  static final class FewFiles {
    public static void main(String[] arguments) throws Exception {
      loadClasses();
      run(() -> {
        var open = new int[1];
        getRunningLoop()
            .setExceptionHandler((loop, error) -> {
              if (open[0] >= 0) {
                System.out.println(error.message());
                System.out.flush();
              }
            });
        var server =
            Transports.createServer(
                () -> new Echo(open), HOST, 0, ServerOptions.defaults().backlog(1000));
        System.out.println(Loopback.port(server));
        System.out.flush();
        server.serveForever();
      });
    }

    /// Classes in folders cannot be loaded any more when no file can be opened.
    private static void loadClasses() throws Exception {
      Class.forName(Echo.class.getName());
      var source = Transports.class.getProtectionDomain().getCodeSource();
      var folder = Path.of(source.getLocation().toURI());
      try (var files = Files.walk(folder)) {
        for (var file : (Iterable<Path>) files::iterator) {
          var name = folder.relativize(file).toString();
          if (name.endsWith(".class") && !name.equals("module-info.class")) {
            var className = name.substring(0, name.length() - ".class".length());
            Class.forName(className.replace('/', '.'), false, Transports.class.getClassLoader());
          }
        }
      }
    }
  }

  private static final class Echo implements Protocol {
    private final int[] open;
    private @Nullable Transport transport;

    Echo(int[] open) {
      this.open = open;
    }

    @Override
    public void connectionMade(Transport newTransport) {
      transport = newTransport;
      open[0]++;
    }

    @Override
    public void dataReceived(byte[] data) {
      if (data[0] == '!') {
        System.out.println("left " + (open[0] - 1));
        System.out.flush();
      } else if (transport != null) {
        transport.write(data);
      }
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      open[0]--;
    }
  }
}
