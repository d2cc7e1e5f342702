import static jasyncio.Asyncio.*;

import jasyncio.Coroutine;

int func(int x) {
  IO.println("异步函数...");
  sleep(2);
  return 2 * x;
}

void main() {
  long start = System.nanoTime();
  IO.println("开始运行协程");
  Coroutine<Integer> coro = coroutine(() -> func(2));
  run(coro);
  IO.println("结束运行协程");
  IO.println("运行时间：" + (System.nanoTime() - start) / 1e9 + " s");
}
