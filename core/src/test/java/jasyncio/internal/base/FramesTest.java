package jasyncio.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Task;
import org.junit.jupiter.api.Test;

class FramesTest {
  @Test
  void areOurs_isToldByWhereAClassComesFrom() {
    assertThat(Frames.areOurs(Task.class.getName())).isTrue();
    assertThat(Frames.areOurs("jasyncio.WaitList$Place")).isTrue();
    assertThat(Frames.areOurs("jasyncio.queue.Queue$$Lambda/0x00001")).isTrue();
    assertThat(Frames.areOurs(FramesTest.class.getName())).isFalse();
    assertThat(Frames.areOurs("jasyncio.app.Main")).isFalse();
    assertThat(Frames.areOurs("java.lang.Thread")).isFalse();
  }
}
