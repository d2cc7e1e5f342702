package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.ManualWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/// Names of a simulated network.
class NamesTest {
  private final TwoHosts net = new TwoHosts();

  @Test
  void names_areThoseOfTheHosts_andLocalhost_andLiterals() throws Exception {
    assertThat(net.a.resolve("b")).containsExactly(InetAddress.ofLiteral("10.0.0.2"));
    assertThat(net.b.resolve("b")).containsExactly(InetAddress.ofLiteral("10.0.0.2"));
    assertThat(net.a.resolve("localhost"))
        .containsExactly(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));
    assertThat(net.a.resolve("192.0.2.1")).containsExactly(InetAddress.ofLiteral("192.0.2.1"));
    assertThatThrownBy(() -> net.a.resolve("nowhere"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage("nowhere: Name or service not known");
  }

  @Test
  void name_canLeadElsewhere_onOneHost() throws Exception {
    net.a.names().point("b", InetAddress.ofLiteral("10.0.0.7"));
    assertThat(net.a.resolve("b")).containsExactly(InetAddress.ofLiteral("10.0.0.7"));
    assertThat(net.b.resolve("b")).containsExactly(InetAddress.ofLiteral("10.0.0.2"));
    net.a.names().reset("b");
    assertThat(net.a.resolve("b")).containsExactly(InetAddress.ofLiteral("10.0.0.2"));
  }

  @Test
  void name_canFail_andComeBack() throws Exception {
    net.a.names().fail("b", true);
    assertThatThrownBy(() -> net.a.resolve("b")).isInstanceOf(UnknownHostException.class);
    net.a.names().fail("b", false);
    assertThat(net.a.resolve("b")).hasSize(1);
  }

  @Test
  void slowName_isWaitedFor_inTheWorldsTime() throws Exception {
    net.a.names().delay("b", 5 * SECOND);
    assertThat(net.a.names().delay("b")).isEqualTo(5 * SECOND);
    assertThat(net.a.names().resolveNow("b")).hasSize(1);
    var asker =
        new Thread(() -> assertThatCode(() -> net.a.resolve("b")).doesNotThrowAnyException());
    asker.start();
    Transcript.awaitWaiting(asker);
    net.world.run();
    asker.join();
    assertThat(net.world.nanos()).isEqualTo(5 * SECOND);
  }
}
