package jasyncio.internal.net;

import static jasyncio.internal.net.ConnectionErrors.ofSocket;
import static jasyncio.internal.net.ConnectionErrors.ofSocketOrFile;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionErrorsTest {
  @Test
  void systemsError_isASocketException_withTheSameMessage() {
    for (var message : List.of("Broken pipe", "Connection reset by peer", "Connection timed out")) {
      var plain = new IOException(message);
      assertThat(ofSocket(plain))
          .isExactlyInstanceOf(SocketException.class)
          .hasMessage(message)
          .hasCause(plain);
    }
  }

  @Test
  void errorWithAClassOfItsOwn_isTheVeryObject() {
    for (var error :
        List.of(
            new SocketException("Connection reset"),
            new PortUnreachableException(),
            new ClosedChannelException(),
            new AsynchronousCloseException())) {
      assertThat(ofSocket(error)).isSameAs(error);
      assertThat(ofSocketOrFile(error)).isSameAs(error);
    }
  }

  @Test
  void callThatMayBeAboutAFile_isToldByTheSystemsWords() {
    for (var message : List.of("Broken pipe", "Connection reset by peer")) {
      assertThat(ofSocketOrFile(new IOException(message))).isInstanceOf(SocketException.class);
    }
    for (var error : List.of(new IOException("No space left on device"), new IOException())) {
      assertThat(ofSocketOrFile(error)).isSameAs(error);
    }
  }
}
