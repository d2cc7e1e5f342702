package com.example.greeter;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;

import java.util.List;

/// Greets whom the command line names.
public final class Main {
  private Main() {}

  /// @param args the names
  public static void main(String[] args) {
    run(() -> {
      createTask(() -> forget(), "forgotten"); // shows where what nobody awaits is told
      for (var greeting : new Greeter(0.1).greet(List.of(args))) {
        System.out.println(greeting);
      }
    });
  }

  private static void forget() {
    sleep(0);
    throw new IllegalStateException("nobody awaits this task");
  }
}
