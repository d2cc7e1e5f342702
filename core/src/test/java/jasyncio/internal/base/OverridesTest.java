package jasyncio.internal.base;

import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Logs;
import jasyncio.RunOptions;
import jasyncio.net.DatagramProtocol;
import jasyncio.net.Pipes;
import jasyncio.net.Protocol;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OverridesTest {
  static class Wrong implements Protocol {
    public void connectionLost(Exception reason) {}

    @Override
    public void dataReceived(ByteBuffer data) {}
  }

  static class StillWrong extends Wrong {}

  static class Right implements Protocol, DatagramProtocol {
    @Override
    public void connectionLost(@Nullable Throwable reason) {}

    @Override
    public void dataReceived(byte[] data) {
      dataReceived("a helper");
    }

    void dataReceived(String line) {}
  }

  @Test
  void check_otherParameters_names() {
    try (var _ = Logs.capture()) {
      var finding =
          Wrong.class.getName()
              + " declares connectionLost(Exception), which is never called; what is called is"
              + " connectionLost(Throwable); write @Override, and the compiler tells";
      assertThat(Overrides.check(new Wrong())).containsExactly(finding);
      assertThat(Overrides.check(new StillWrong())).containsExactly(finding);
    }
  }

  @Test
  void check_overridesAndHelpers_areFine() {
    assertThat(Overrides.check(new Right())).isEmpty();
    assertThat(Overrides.check(new Protocol() {})).isEmpty();
  }

  @Test
  void protocol_inDebugMode_isToldOfOnce() throws Exception {
    class OnlyHere extends Wrong {}
    try (var logs = Logs.capture()) {
      run(() -> connect(new OnlyHere()), RunOptions.defaults().debug(false));
      assertThat(logs.lines()).isEmpty();
      run(
          () -> {
            connect(new OnlyHere());
            connect(new OnlyHere());
          },
          RunOptions.defaults().debug(true));
      assertThat(logs.lines())
          .filteredOn(line -> line.contains("which is never called"))
          .hasSize(1);
    }
  }

  private static void connect(Protocol protocol) throws Exception {
    var pipe = Pipe.open();
    Pipes.connectReadPipe(() -> protocol, pipe.source()).transport().close();
    sleep(0);
    pipe.sink().close();
  }
}
