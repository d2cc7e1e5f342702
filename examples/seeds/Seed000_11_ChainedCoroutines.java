import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

List<String> asyncMain() {
  IO.println("主协程");
  IO.println("等待result1协程运行");
  String res1 = result1();
  IO.println("等待result2协程运行");
  String res2 = result2(res1);
  return List.of(res1, res2);
}

String result1() {
  IO.println("这是result1协程");
  return "result1";
}

String result2(String arg) {
  IO.println("这是result2协程");
  return "result2接收了一个参数," + arg;
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    List<String> result = loop.runUntilComplete(() -> asyncMain());
    IO.println("获取返回值:" + result);
  } finally {
    IO.println("关闭事件循环");
    loop.close();
  }
}
