package com.example.consumer;

import static jasyncio.Asyncio.sleep;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jasyncio.testing.AsyncTest;
import jasyncio.testing.TestClock;
import java.time.Duration;

class MainTest {
  @AsyncTest
  void hour_passesAtOnce(TestClock clock) throws Exception {
    assertEquals("hello", Main.http());
    sleep(Duration.ofHours(1));
    assertEquals(Duration.ofHours(1), clock.elapsed());
  }
}
