import static jasyncio.Asyncio.*;

import jasyncio.Asyncio;

int task1(int x) {
  IO.println("任务1");
  sleep(2);
  IO.println("恢复任务1");
  return x;
}

int task2(int x) {
  IO.println("任务2");
  sleep(1);
  IO.println("恢复任务2");
  return x;
}

void asyncMain() {
  long start = System.nanoTime();
  var tasks = List.of(createTask(() -> task1(1)), createTask(() -> task2(2)));
  var result = Asyncio.wait(tasks);
  IO.println(result.done());
  IO.println(result.pending());

  IO.println("运行时间 " + (System.nanoTime() - start) / 1e9);
}

void main() {
  run(() -> asyncMain());
}
