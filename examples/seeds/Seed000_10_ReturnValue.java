import static jasyncio.Asyncio.*;

import jasyncio.Coroutine;
import jasyncio.EventLoop;

String foo() {
  IO.println("这是一个协程");
  return "返回值";
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    IO.println("开始运行协程");
    Coroutine<String> coro = coroutine(() -> foo());
    IO.println("进入事件循环");
    String result = loop.runUntilComplete(coro);
    IO.println("run_until_complete可以获取协程的" + result + "，默认输出None");
  } finally {
    IO.println("关闭事件循环");
    loop.close();
  }
}
