package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
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
  void program_thatCannotBeEntered_isToldOfWithWhatToDo(@TempDir Path directory) throws Exception {
    assertThat(Visit.notAttached("7", "other", "me", "not secure"))
        .isEqualTo("process 7 belongs to user other: visit it as that user");
    assertThat(Visit.notAttached("7", "other", "root", "pid: 7 cmd: 'x --secret': no"))
        .startsWith("process 7 cannot be entered: it is no JVM, or ")
        .doesNotContain("secret")
        .endsWith("-Djasyncio.insight=socket can be entered all the same");
    assertThat(Visit.notAttached("7", null, "me", "why")).contains(" (why); ");
    var denied = new SocketException("Permission denied");
    Path socket = directory.resolve("s");
    assertThat(Visit.notEntered(socket.toString(), denied))
        .isEqualTo("there is no socket " + socket);
    Files.createFile(socket);
    assertThat(Visit.notEntered(socket.toString(), denied))
        .isEqualTo(
            "the socket "
                + socket
                + " is not for this user: visit it as user "
                + Files.getOwner(socket).getName());
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
