import static jasyncio.Asyncio.*;

import jasyncio.Asyncio;
import jasyncio.Task;

String fail() {
  sleep(0.5);
  throw new IllegalArgumentException("任务崩溃");
}

void asyncMain() {
  Task<String> fast = createTask(() -> sleep(0.1, "快"));
  Task<String> failing = createTask(() -> fail());
  Task<String> slow = createTask(() -> sleep(60, "慢"));
  var tasks = List.of(fast, failing, slow);
  var first = Asyncio.wait(tasks, FIRST_COMPLETED);
  IO.println(first.done().size() + " " + first.pending().size());
  var failed = Asyncio.wait(tasks, FIRST_EXCEPTION);
  IO.println(failed.done().size() + " " + failed.pending().size());
  IO.println(Arrays.asList(fast.exception(), failing.exception().getMessage()));
  slow.cancel();
  var all = Asyncio.wait(tasks, ALL_COMPLETED);
  IO.println(all.done().size() + " " + all.pending().size() + " " + slow.cancelled());
}

void main() {
  run(() -> asyncMain());
}
