import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;
import jasyncio.Future;

void callback(Future<String> future, int n) {
  IO.println(n + ": future done: " + future.result());
}

void registerCallbacks(Future<String> allDone) {
  IO.println("注册callback到future对象");
  allDone.addDoneCallback(future -> callback(future, 1));
  allDone.addDoneCallback(future -> callback(future, 2));
}

void asyncMain(Future<String> allDone) {
  registerCallbacks(allDone);
  IO.println("设置future的结果");
  allDone.setResult("the result");
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    Future<String> allDone = new Future<>(loop);
    loop.runUntilComplete(() -> asyncMain(allDone));
  } finally {
    loop.close();
  }
}
