import static jasyncio.Asyncio.*;

import jasyncio.Coroutine;
import jasyncio.Future;
import jasyncio.Task;

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
  Coroutine<Integer> coroutine1 = coroutine(() -> task1(1));
  Task<Integer> first = createTask(coroutine1);
  Coroutine<Integer> coroutine2 = coroutine(() -> task2(2));
  Future<Integer> second = ensureFuture(coroutine2);
  List<Integer> ret = await(gather(first, second));

  IO.println("任务1 返回的值是 " + ret.get(0));
  IO.println("任务2 返回的值是 " + ret.get(1));
  IO.println("运行时间 " + (System.nanoTime() - start) / 1e9);
}

void main() {
  run(() -> asyncMain());
}
