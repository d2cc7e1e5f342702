import static jasyncio.Asyncio.*;

import jasyncio.Task;

void sayAfter(double delay, String what) {
  sleep(delay);
  IO.println(what);
}

void asyncMain() {
  Task<?> task1 = createTask(() -> sayAfter(1, "hello"));
  Task<?> task2 = createTask(() -> sayAfter(2, "world"));
  IO.println("started at %tT".formatted(LocalTime.now()));

  await(task1);
  await(task2);

  IO.println("finished at %tT".formatted(LocalTime.now()));
}

void main() {
  run(() -> asyncMain());
}
