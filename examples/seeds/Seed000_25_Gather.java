import static jasyncio.Asyncio.*;

import jasyncio.CancelledError;
import jasyncio.Coroutine;
import jasyncio.EventLoop;

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
  List<Coroutine<Integer>> tasks = new ArrayList<>();
  for (int i = 0; i < 10; i++) {
    int n = i;
    tasks.add(coroutine(() -> num(n)));
  }
  List<Integer> complete = await(gather(tasks));
  for (int i : complete) {
    IO.println("当前数字 " + i);
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
