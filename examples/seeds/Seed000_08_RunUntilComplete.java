import static jasyncio.Asyncio.*;

import jasyncio.Coroutine;
import jasyncio.EventLoop;

void foo() {
  IO.println("这是一个协程");
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    IO.println("开始运行协程");
    Coroutine<?> coro = coroutine(() -> foo());
    IO.println("进入事件循环");
    loop.runUntilComplete(coro);
  } finally {
    IO.println("关闭事件循环");
    loop.close();
  }
}
