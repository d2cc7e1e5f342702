import static jasyncio.Asyncio.*;

import jasyncio.Task;

void sayAfter(double delay, String what) {
  sleep(delay);
  IO.println(what);
}

void asyncMain() {
  Task<?> task1 = createTask(() -> sayAfter(1, "hello"));
  Task<?> task2 = createTask(() -> sayAfter(2, "Python"));
  long start = System.nanoTime();
  await(task1);
  await(task2);
  IO.println("耗时: " + (System.nanoTime() - start) / 1e9);
}

void main() {
  run(() -> asyncMain());
}
