import static jasyncio.Asyncio.*;

import jasyncio.Future;

void callback(Future<String> future) {
  IO.println("callback " + future.result());
}

void asyncMain() {
  // 创建一个Future
  Future<String> future = new Future<>();

  // 添加回调函数
  future.addDoneCallback(f -> callback(f));

  // 设置Future的结果
  future.setResult("Hello, world!");

  // 获取Future的结果
  String result = future.result();
  IO.println(result);
  sleep(0); // the callback runs in the next iteration
}

void main() {
  run(() -> asyncMain());
}
