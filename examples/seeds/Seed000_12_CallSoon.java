import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

void callback(int args) {
  callback(args, "defalut");
}

void callback(int args, String kwargs) {
  IO.println("普通函数做为回调函数,获取参数:" + args + "," + kwargs);
}

void asyncMain(EventLoop loop) {
  IO.println("注册callback");
  loop.callSoon(() -> callback(1));
  Runnable wrapped = () -> callback(2, "not defalut");
  loop.callSoon(wrapped);
  sleep(0.2);
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    loop.runUntilComplete(() -> asyncMain(loop));
  } finally {
    loop.close();
  }
}
