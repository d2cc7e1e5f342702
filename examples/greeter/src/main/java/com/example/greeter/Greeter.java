package com.example.greeter;

import static jasyncio.Asyncio.sleep;

import jasyncio.util.Bounded;
import java.util.List;

/// Greets people, two at a time.
public final class Greeter {
  private final double seconds;

  /// @param seconds how long a greeting takes
  public Greeter(double seconds) {
    this.seconds = seconds;
  }

  /// Suspends until all are greeted.
  ///
  /// @param names who is to be greeted
  /// @return the greetings
  public List<String> greet(List<String> names) {
    return Bounded.map(2, names, this::greet);
  }

  private String greet(String name) {
    sleep(seconds);
    return "Hello, " + name + "!";
  }
}
