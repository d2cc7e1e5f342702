package jasyncio.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class WatchTest {
  private static final class Noted extends Entry {}

  /// Between the selector's look at the key and ours.
  @Test
  void ready_channelClosedByAnotherThreadJustNow_tellsWhoWaits() throws Exception {
    try (var selector = Selector.open()) {
      var pipe = Pipe.open();
      pipe.source().configureBlocking(false);
      var watch = new Watch(pipe.source());
      watch.register(selector);
      var reader = new Noted();
      watch.setReader(reader);
      pipe.source().close();
      var ready = new ArrayList<Entry>();
      watch.ready(ready);
      assertThat(ready).containsExactly(reader);
      pipe.sink().close();
    }
  }

  @Test
  void ready_ofAWatch_isWhatTheKeyIsReadyFor() throws Exception {
    try (var selector = Selector.open()) {
      var pipe = Pipe.open();
      pipe.source().configureBlocking(false);
      var watch = new Watch(pipe.source());
      var reader = new Noted();
      watch.setReader(reader);
      watch.register(selector);
      var ready = new ArrayList<Entry>();
      pipe.sink().close();
      selector.select(k -> watch.ready(ready));
      assertThat(ready).containsExactly(reader);
      pipe.source().close();
    }
  }
}
