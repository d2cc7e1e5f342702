package jasyncio.cli;

import static jasyncio.Asyncio.*;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.sync.Lock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;

/// What [VisitTest] visits: tasks that wait, until the standard input ends.
final class VisitedProgram {
  private VisitedProgram() {}

  /// Runs until the standard input ends.
  ///
  /// @param arguments `tasks`; `circle`: two of them wait for each other; `block`: one holds the
  ///   loop up; `echo`: what comes in goes out again, by task `echo`; `nothing`: there is no loop
  public static void main(String[] arguments) throws IOException {
    String kind = arguments[0];
    if (kind.equals("nothing")) {
      awaitEnd();
      return;
    }
    run(() -> {
      var db = lock("db");
      var first = createTask(() -> query(db), "first");
      var second = createTask(() -> query(db), "second");
      createTask(() -> await(gather(first, second)), "both");
      for (int i = 0; i < 100; i++) {
        createTask(() -> sleep(3600));
      }
      if (kind.equals("circle")) {
        var a = lock("a");
        var b = lock("b");
        createTask(() -> nested(a, b), "A");
        createTask(() -> nested(b, a), "B");
      }
      sleep(0.01);
      if (kind.equals("block")) {
        awaitEnd();
      } else if (kind.equals("echo")) {
        System.out.println("ready");
        await(createTask(() -> echo(), "echo"));
      } else {
        toThread(() -> awaitEnd());
      }
    });
  }

  private static Lock lock(String name) {
    var lock = new Lock();
    lock.setName(name);
    return lock;
  }

  private static void query(Lock lock) {
    try (var _ = lock.acquire()) {
      sleep(3600);
    }
  }

  private static void nested(Lock outer, Lock inner) {
    try (var _ = outer.acquire()) {
      sleep(0);
      query(inner);
    }
  }

  private static void echo() throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line; (line = toThread(in::readLine)) != null; ) {
      System.out.println(line);
    }
  }

  /// Says that all is there, and waits until the visit is over.
  private static void awaitEnd() throws IOException {
    System.out.println("ready");
    System.in.transferTo(OutputStream.nullOutputStream());
  }
}
