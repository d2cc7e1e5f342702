import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

int step1(int n, long start) {
  sleep(n);
  IO.println("第一阶段完成");
  IO.println("此时用时 " + secondsSince(start));
  return n;
}

int step2(int n, long start) {
  sleep(n);
  IO.println("第二阶段完成");
  IO.println("此时用时 " + secondsSince(start));
  return n;
}

void asyncMain() {
  long now = System.nanoTime();
  List<Integer> result = await(gather(() -> step1(5, now), () -> step2(2, now)));
  for (int i : result) {
    IO.println(i);
  }
  IO.println("总用时 " + secondsSince(now));
}

double secondsSince(long start) {
  return (System.nanoTime() - start) / 1e9;
}

void main() {
  EventLoop loop = newEventLoop();
  try {
    loop.runUntilComplete(() -> asyncMain());
  } finally {
    loop.close();
  }
}
