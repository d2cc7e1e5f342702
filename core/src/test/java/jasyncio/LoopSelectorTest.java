package jasyncio;

import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.internal.loop.Entry;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The loop with a selector: I/O events among callbacks and timers.
class LoopSelectorTest {
  private EventLoop loop;
  private Pipe pipe;
  private final List<String> order = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    loop = newEventLoop();
    pipe = Pipe.open();
    pipe.source().configureBlocking(false);
  }

  @AfterEach
  void close() throws Exception {
    loop.close();
    pipe.source().close();
    pipe.sink().close();
  }

  private void onReadable(Runnable action) throws Exception {
    var entry =
        new Entry() {
          @Override
          protected void run() {
            action.run();
          }
        };
    loop.core.channels().watch(pipe.source()).setReader(entry);
  }

  private void write() {
    try {
      pipe.sink().write(ByteBuffer.wrap(new byte[1]));
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void readyChannel_runsItsEntryInEveryIteration() throws Exception {
    onReadable(() -> {
      order.add("readable");
      if (order.size() == 3) {
        loop.stop();
      }
    });
    write();
    loop.runForever();
    assertThat(order).containsExactly("readable", "readable", "readable");
  }

  @Test
  void readyChannel_comesAfterWhatWasReadyAndBeforeTimers() throws Exception {
    onReadable(() -> order.add("readable"));
    write();
    loop.callLater(0, () -> order.add("timer"));
    loop.callSoon(() -> order.add("soon"));
    loop.stop();
    loop.runForever();
    assertThat(order).containsExactly("soon", "readable", "timer");
  }

  @Test
  void channel_thatIsPutBackAtOnce_disturbsNoOther() throws Exception {
    var other = Pipe.open();
    try (var source = other.source();
        var sink = other.sink()) {
      source.configureBlocking(false);
      loop.core.channels().watch(source);
      onReadable(() -> order.add("readable"));
      loop.callSoon(() -> order.add("registered")); // a key is not cancelled before it was used
      loop.stop();
      loop.runForever();
      write();
      loop.core.channels().watched(source).end();
      loop.core.channels().watch(source);
      assertThat(sink.isOpen()).isTrue();
      loop.stop();
      loop.runForever();
    }
    assertThat(order).containsExactly("registered", "readable");
  }

  @Test
  void idleLoop_isWokenByAChannelAndByOtherThreads() throws Exception {
    onReadable(() -> {
      order.add("readable");
      loop.core.channels().watched(pipe.source()).end();
      Thread.ofPlatform().start(() -> loop.callSoonThreadsafe(loop::stop));
    });
    loop.callSoon(() -> Thread.ofPlatform().start(this::write));
    loop.runForever();
    assertThat(order).containsExactly("readable");
  }

  @Test
  void busyLoop_stillLooksAtItsChannels() throws Exception {
    onReadable(() -> {
      loop.core.channels().watched(pipe.source()).end();
      loop.stop();
    });
    loop.createTask(() -> {
      write();
      while (true) {
        sleep(0);
      }
    });
    loop.runForever();
    assertThat(loop.isRunning()).isFalse();
    Asyncio.allTasks(loop).forEach(Task::cancel);
    loop.runUntilComplete(() -> sleep(0));
  }

  @Test
  void close_closesTheSelector() throws Exception {
    onReadable(() -> {});
    loop.close();
    assertThat(pipe.source().isRegistered()).isFalse();
    assertThat(pipe.source().isOpen()).isTrue(); // it is ours
  }
}
