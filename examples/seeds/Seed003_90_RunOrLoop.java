import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

void coro() {
  IO.println("协程的实际逻辑");
}

void asyncMain() {
  IO.println("协程的实际逻辑");
}

void main() {
  run(() -> coro());

  EventLoop loop = newEventLoop();
  loop.runUntilComplete(() -> asyncMain());
}
