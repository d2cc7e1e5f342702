import static jasyncio.Asyncio.*;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Task;

int num(int n) {
  try {
    sleep(n * 0.1);
    return n;
  } catch (CancelledError e) {
    IO.println("数字" + n + "被取消");
    throw e;
  }
}

void asyncMain() {
  var tasks = IntStream.range(0, 10).mapToObj(i -> createTask(() -> num(i))).toList();
  var result = Asyncio.wait(tasks, 0.5);
  for (Task<Integer> task : result.done()) {
    IO.println("当前数字 " + task.result());
  }
  if (!result.pending().isEmpty()) {
    IO.println("取消未完成的任务");
    for (Task<Integer> task : result.pending()) {
      task.cancel();
    }
  }
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    loop.runUntilComplete(() -> asyncMain());
  } finally {
    loop.close();
  }
}
