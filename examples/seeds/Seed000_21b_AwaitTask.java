import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;
import jasyncio.Task;

String child() {
  IO.println("进入子协程");
  return "the result";
}

void asyncMain(EventLoop loop) {
  IO.println("将协程child包装成任务");
  Task<String> task = loop.createTask(() -> child());
  IO.println("通过cancel方法可以取消任务");
  await(task);
  IO.println("获取任务的结果 " + task.result());
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    loop.runUntilComplete(() -> asyncMain(loop));
  } finally {
    loop.close();
  }
}
