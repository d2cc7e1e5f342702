package jasyncio.internal.net;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.net.DatagramProtocol;
import jasyncio.net.Protocol;
import jasyncio.net.TlsOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.EnumSet;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The states of transports, and the arrows between them.
@Timeout(600)
class TransportStatesTest {

  @ParameterizedTest
  @EnumSource
  void leadsTo_ofATransport_isAnArrowOfItsOverview(LoopTransport.State state) {
    Set<LoopTransport.State> next =
        switch (state) {
          case OPEN ->
              EnumSet.of(
                  LoopTransport.State.CLOSING,
                  LoopTransport.State.LOST,
                  LoopTransport.State.CLOSED);
          case CLOSING -> EnumSet.of(LoopTransport.State.LOST, LoopTransport.State.CLOSED);
          case LOST -> EnumSet.of(LoopTransport.State.CLOSED);
          case CLOSED -> EnumSet.noneOf(LoopTransport.State.class);
        };
    assertThat(LoopTransport.State.values())
        .filteredOn(state::leadsTo)
        .containsExactlyElementsOf(next);
  }

  @ParameterizedTest
  @EnumSource
  void leadsTo_ofTls_isAnArrowOfItsOverview(TlsLayer.State state) {
    Set<TlsLayer.State> next =
        switch (state) {
          case NEW -> EnumSet.of(TlsLayer.State.HANDSHAKE, TlsLayer.State.LOST);
          case HANDSHAKE -> EnumSet.of(TlsLayer.State.OPEN, TlsLayer.State.LOST);
          case OPEN -> EnumSet.of(TlsLayer.State.FLUSHING, TlsLayer.State.LOST);
          case FLUSHING -> EnumSet.of(TlsLayer.State.SHUTDOWN, TlsLayer.State.LOST);
          case SHUTDOWN -> EnumSet.of(TlsLayer.State.ENDING, TlsLayer.State.LOST);
          case ENDING -> EnumSet.of(TlsLayer.State.LOST);
          case LOST -> EnumSet.noneOf(TlsLayer.State.class);
        };
    assertThat(TlsLayer.State.values()).filteredOn(state::leadsTo).containsExactlyElementsOf(next);
  }

  @Test
  void transition_thatIsNoArrow_namesBothStatesAndChangesNothing() throws Exception {
    run(() -> {
      var channel =
          DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var lost = getRunningLoop().<Boolean>createFuture();
      var protocol =
          new DatagramProtocol() {
            @Override
            public void connectionLost(@Nullable Throwable exception) {
              lost.setResult(true);
            }
          };
      var transport = new UdpTransport(getRunningLoop(), channel, protocol, null);
      assertThatThrownBy(() -> transport.transition(LoopTransport.State.OPEN))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("OPEN does not lead to OPEN: <DatagramTransport open ");
      assertThat(transport.isClosing()).isFalse();
      transport.abort();
      assertThatThrownBy(() -> transport.transition(LoopTransport.State.CLOSING))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("LOST does not lead to CLOSING: <DatagramTransport lost ");
      lost.await();
      assertThatThrownBy(() -> transport.transition(LoopTransport.State.LOST))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("CLOSED does not lead to LOST: <DatagramTransport closed ");
    });
  }

  @Test
  void transition_ofTlsThatIsNoArrow_namesBothStatesAndChangesNothing() throws Exception {
    run(() -> {
      var options = TlsOptions.of(SSLContext.getDefault());
      var protocol = new Protocol() {};
      var layer =
          new TlsLayer(getRunningLoop(), protocol, options, false, "localhost", 1, null, true);
      assertThatThrownBy(() -> layer.transition(TlsLayer.State.OPEN))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("NEW does not lead to OPEN: <TlsTransport new ");
      layer.abort();
      assertThatThrownBy(() -> layer.transition(TlsLayer.State.LOST))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("LOST does not lead to LOST: <TlsTransport lost ");
    });
  }
}
