import static jasyncio.Asyncio.*;

import jasyncio.Task;

int nested() {
  return 42;
}

void asyncMain() {
  // Schedules nested() to run soon, concurrently with asyncMain().
  Task<Integer> task = createTask(() -> nested());

  // "task" can now be used to cancel nested(), or be awaited until it is complete.
  IO.println(await(task));
}

void main() {
  run(() -> asyncMain());
}
