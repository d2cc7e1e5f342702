import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;

// 运行 5 秒，每秒显示一次当前日期:
void displayDate() {
  EventLoop loop = getRunningLoop();
  double endTime = loop.time() + 5.0;
  while (true) {
    IO.println(LocalDateTime.now());
    if (loop.time() + 1.0 >= endTime) {
      break;
    }
    sleep(1);
  }
}

void main() {
  run(() -> displayDate());
}
