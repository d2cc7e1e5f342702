import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

void doWork(String taskName, double duration) {
  IO.println("Task " + taskName + " started...");
  sleep(duration);
  IO.println("Task " + taskName + " finished.");
}

void asyncMain() {
  var tasks =
      List.of(
          coroutine(() -> doWork("A", 3)),
          coroutine(() -> doWork("B", 2)),
          coroutine(() -> doWork("C", 1)));
  await(gather(tasks));
}

void main() {
  EventLoop loop = newEventLoop();
  loop.runUntilComplete(() -> asyncMain());
}
