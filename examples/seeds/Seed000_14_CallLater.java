import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

void callback(int n) {
  IO.println("callback " + n + " invoked");
}

void asyncMain(EventLoop loop) {
  IO.println("注册callbacks");
  loop.callLater(0.2, () -> callback(1));
  loop.callLater(0.1, () -> callback(2));
  loop.callSoon(() -> callback(3));
  sleep(0.4);
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    loop.runUntilComplete(() -> asyncMain(loop));
  } finally {
    loop.close();
  }
}
