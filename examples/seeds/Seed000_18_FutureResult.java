import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;
import jasyncio.Future;

void foo(Future<String> future, String result) {
  IO.println("此时future的状态:" + future);
  IO.println("设置future的结果:" + result);
  future.setResult(result);
  IO.println("此时future的状态:" + future);
}

void main() {
  EventLoop loop = newEventLoop();
  Future<String> allDone = new Future<>(loop);
  try {
    loop.callSoon(() -> foo(allDone, "Future is done!"));
    IO.println("进入事件循环");
    String result = loop.runUntilComplete(allDone);
    IO.println("返回结果 " + result);
  } finally {
    IO.println("关闭事件循环");
    loop.close();
  }
  IO.println("获取future的结果 " + allDone.result());
}
