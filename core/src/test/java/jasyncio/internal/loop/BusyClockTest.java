package jasyncio.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BusyClockTest {
  @Test
  void busy_waitsAndGoesOn_isTheTimeOutsideOfWaits() {
    var clock = new BusyClock(100, false);
    assertThat(clock.busy(110)).isEqualTo(10);
    clock.waits(110);
    assertThat(clock.busy(150)).isEqualTo(10);
    clock.goesOn(150);
    assertThat(clock.busy(150)).isEqualTo(10);
    assertThat(clock.busy(157)).isEqualTo(17);
    clock.waits(160);
    clock.goesOn(200);
    assertThat(clock.busy(201)).isEqualTo(21);
  }

  @Test
  void busy_beginsInAWait_isNotBusyBefore() {
    var clock = new BusyClock(100, true);
    assertThat(clock.busy(150)).isZero();
    clock.goesOn(150);
    assertThat(clock.busy(153)).isEqualTo(3);
  }

  @Test
  void busy_toldTwice_countsOnce() {
    var clock = new BusyClock(0, false);
    clock.goesOn(5); // it is busy already
    assertThat(clock.busy(10)).isEqualTo(10);
    clock.waits(10);
    clock.waits(20);
    assertThat(clock.busy(30)).isEqualTo(10);
  }

  @Test
  void busy_lookedAtWithAnOlderTime_isNotNegative() {
    var clock = new BusyClock(100, false);
    assertThat(clock.busy(99)).isZero(); // by a thread that was late
    clock.waits(99);
    assertThat(clock.busy(120)).isZero();
  }
}
