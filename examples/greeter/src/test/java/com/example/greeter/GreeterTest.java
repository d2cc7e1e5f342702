package com.example.greeter;

import static jasyncio.Asyncio.run;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class GreeterTest {
  @Test
  void greet_severalNames_inTheirOrder() {
    var greetings = run(() -> new Greeter(0).greet(List.of("Ada", "Grace")));
    assertEquals(List.of("Hello, Ada!", "Hello, Grace!"), greetings);
  }
}
