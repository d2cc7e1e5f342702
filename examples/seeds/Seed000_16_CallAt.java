import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

void callBack(int n, EventLoop loop) {
  IO.println("callback " + n + " 运行时间点" + loop.time());
}

void asyncMain(EventLoop loop) {
  double now = loop.time();
  IO.println("当前的内部时间 " + now);
  IO.println("循环时间 " + now);
  IO.println("注册callback");
  loop.callAt(now + 0.1, () -> callBack(1, loop));
  loop.callAt(now + 0.2, () -> callBack(2, loop));
  loop.callSoon(() -> callBack(3, loop));
  sleep(1);
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    IO.println("进入事件循环");
    loop.runUntilComplete(() -> asyncMain(loop));
  } finally {
    IO.println("关闭循环");
    loop.close();
  }
}
