import static jasyncio.Asyncio.*;

import jasyncio.Coroutine;
import jasyncio.EventLoop;

int func(int x) {
  IO.println("异步函数");
  return 2 * x;
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    IO.println("开始运行协程");
    Coroutine<Integer> coro = coroutine(() -> func(2));
    IO.println("进入事件循环");
    loop.runUntilComplete(coro);
  } finally {
    IO.println("关闭事件循环");
    loop.close();
  }
}
