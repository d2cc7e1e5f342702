package jasyncio.inspect;

import static jasyncio.Asyncio.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How visitors come and leave who ask line by line.
class LineServiceTest {
  private static final String PATIENTLY = "ps patience=600000\n";

  @TempDir Path directory;

  /// A visitor, and the thread that serves them.
  private record Visitor(SocketChannel channel, Thread service) {
    void send(String text) throws IOException {
      channel.write(UTF_8.encode(text));
    }

    BufferedReader in() {
      return new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), UTF_8));
    }

    boolean isServedNoMore() throws InterruptedException {
      return service.join(Duration.ofMinutes(1));
    }
  }

  private Visitor come() throws IOException {
    var address = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      var channel = SocketChannel.open(address);
      var accepted = server.accept();
      return new Visitor(
          channel, Thread.ofPlatform().name("service").start(() -> LineService.serve(accepted)));
    }
  }

  @Test
  void visitor_leavesWhileALoopDoesNotAnswer_isNoticedAtOnce() throws Exception {
    var visitor = come();
    boolean noticed =
        run(() -> { // which is held up
          visitor.send(PATIENTLY);
          visitor.channel().close();
          return visitor.isServedNoMore();
        });
    assertThat(noticed).isTrue();
  }

  @Test
  void visitor_endsOnlyWhatTheySend_getsTheAnswers() throws Exception {
    var visitor = come();
    run(() -> { // which is held up
      visitor.send(PATIENTLY + "nonsense\n");
      visitor.channel().shutdownOutput();
    });
    try (var in = visitor.in()) {
      assertThat(in.readLine().strip()).startsWith("{\"pid\":");
      assertThat(in.readLine().strip()).startsWith("{\"error\":");
      assertThat(in.readLine()).isNull();
    }
    assertThat(visitor.isServedNoMore()).isTrue();
  }

  @Test
  void question_thatIsTooLong_endsTheVisit() throws Exception {
    var visitor = come();
    visitor.send("x".repeat(100_001));
    try (var in = visitor.in()) {
      assertThat(in.readLine()).isNull();
    }
    assertThat(visitor.isServedNoMore()).isTrue();
  }
}
