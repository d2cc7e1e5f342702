import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;
import jasyncio.Future;

void foo(Future<String> future, String result) {
  IO.println("设置结果到future " + result);
  future.setResult(result);
}

void asyncMain(EventLoop loop) {
  Future<String> allDone = new Future<>();
  IO.println("调用函数获取future对象");
  loop.callSoon(() -> foo(allDone, "the result"));

  String result = await(allDone);
  IO.println("获取future里的结果 " + result);
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    loop.runUntilComplete(() -> asyncMain(loop));
  } finally {
    loop.close();
  }
}
