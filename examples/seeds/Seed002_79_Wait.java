import static jasyncio.Asyncio.*;

import jasyncio.Asyncio;
import jasyncio.Task;

void asyncMain() {
  var aws = Stream.of(0.1, 0.2, 60.0).map(d -> createTask(() -> sleep(d, d))).toList();
  var some = Asyncio.wait(aws, 0.6);
  IO.println(some.done().stream().map(Task::result).toList() + " " + some.pending().size());
  for (Task<Double> task : some.pending()) {
    task.cancel();
  }
  var all = Asyncio.wait(aws);
  IO.println(all.done().size() + " " + all.pending().size());
  try {
    Asyncio.wait(List.<Task<?>>of());
  } catch (IllegalArgumentException e) {
    IO.println("ValueError: " + e.getMessage());
  }
}

void main() {
  run(() -> asyncMain());
}
