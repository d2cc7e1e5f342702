import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

void callback(int n, EventLoop loop) {
  IO.println("回调函数 " + n + " 运行时间点 " + loop.time());
}

void asyncMain() {
  EventLoop loop = getRunningLoop();
  double now = loop.time();
  IO.println("当前的内部时间：" + now);
  IO.println("循环时间：" + now);
  IO.println("注册 callback");
  loop.callAt(now + 0.1, () -> callback(1, loop));
  loop.callAt(now + 0.2, () -> callback(2, loop));
  loop.callSoon(() -> callback(3, loop));
  sleep(1);
}

void main() {
  run(() -> asyncMain());
}
