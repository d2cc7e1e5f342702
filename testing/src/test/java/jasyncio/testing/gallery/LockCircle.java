package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;

import jasyncio.Task;
import jasyncio.sync.Lock;
import java.util.ArrayList;
import java.util.List;

/// Robots around a belt, each of which takes the place on its left, looks at it, and then takes
/// that on its right. All three have to hold one at the same time to wait for each other.
///
/// FAITHFUL: each of them is slow at the wrong moment.
final class LockCircle {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "dead-lock of three",
          _ -> threeRobots(List.of(0, 1, 2), List.of(1, 2, 0)),
          _ -> threeRobots(List.of(0, 1, 0), List.of(1, 2, 2)));

  private LockCircle() {}

  private static void work(Lock first, Lock second) {
    try (var _ = first.acquire()) {
      sleep(0.02); // a picture
      sleep(0.02); // what is on it
      try (var _ = second.acquire()) {
        sleep(0.02);
      }
    }
  }

  private static void threeRobots(List<Integer> first, List<Integer> second) {
    var places = List.of(new Lock(), new Lock(), new Lock());
    var robots = new ArrayList<Task<Void>>();
    for (int i = 0; i < 3; i++) {
      var one = places.get(first.get(i));
      var other = places.get(second.get(i));
      robots.add(createTask(() -> work(one, other), "robot-" + (i + 1)));
      sleep(0.5);
    }
    await(gather(robots));
  }
}
