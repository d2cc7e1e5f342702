package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whose sockets are visited.
class SocketsTest {
  private record User(String getName) implements UserPrincipal {}

  private static final UserPrincipal ME = new User("me");
  private static final UserPrincipal OTHER = new User("other");
  private static final UserPrincipal ROOT = new User("root");

  @Test
  void listener_isTrusted_ifItIsTheVisitor_orTheSuperuser() {
    assertThat(Sockets.isTrusted(ME, ME)).isTrue();
    assertThat(Sockets.isTrusted(ROOT, ME)).isTrue();
    assertThat(Sockets.isTrusted(OTHER, ROOT)).isTrue();
    assertThat(Sockets.isTrusted(OTHER, ME)).isFalse();
    assertThat(Visit.strange("/run/x", "other"))
        .isEqualTo(
            "the one who listens at /run/x is user other, whose answers and prompts are not to be"
                + " trusted: visit it as that user");
  }

  @Test
  void socket_ofOurOwn_hasNoStranger(@TempDir Path directory) throws Exception {
    var address = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      try (var channel = SocketChannel.open(address)) {
        assertThat(Sockets.strangerAt(channel)).isNull();
      }
    }
  }
}
