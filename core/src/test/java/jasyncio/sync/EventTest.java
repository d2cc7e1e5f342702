package jasyncio.sync;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class EventTest {
  private final Event event = new Event();

  @AsyncTest
  void event_isAwaitedLikeAnyAwaitable() {
    assertThatThrownBy(() -> waitFor(event, 0.001)).isInstanceOf(TimeoutException.class);
    var both = gather(event, event);
    sleep(0);
    assertThat(event.statistics()).isEqualTo(new Event.Statistics(false, 2));
    event.set();
    assertThat(await(both)).containsExactly(true, true);
    assertThat(await(event)).isTrue();
    assertThat(event).hasToString("<Event [set]>");
  }

  @AsyncTest
  void set_thenClear_wakesThoseWhoWaited() {
    var waiter = createTask(event);
    sleep(0);
    event.set();
    event.clear();
    assertThat(await(waiter)).isTrue();
    assertThat(event.isSet()).isFalse();
  }

  @Test
  void await_whenSet_worksOutsideOfAnyLoop() {
    event.set();
    assertThat(event.await()).isTrue();
    event.clear();
    assertThatThrownBy(event::await)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("<Event [unset]> would have to wait, but no event loop runs here");
  }
}
