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
  loop.callSoon(() -> callback(1));
  Runnable wrapped = () -> callback(2, "not default");
  loop.callSoon(wrapped);
  sleep(0.2);
}

void main() {
  run(() -> asyncMain());
}
