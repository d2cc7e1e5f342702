import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

void callback(int args) {
  callback(args, "default");
}

void callback(int args, String kwargs) {
  IO.println("普通函数做为回调函数，获取参数：" + args + "，" + kwargs);
}

void asyncMain() {
  EventLoop loop = getRunningLoop();
  IO.println("注册 callback");
  loop.callLater(0.2, () -> callback(1));
  loop.callLater(0.1, () -> callback(2));
  loop.callSoon(() -> callback(3));
  sleep(0.4);
}

void main() {
  run(() -> asyncMain());
}
