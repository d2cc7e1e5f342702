import static jasyncio.Asyncio.*;

import jasyncio.Asyncio;

void num(int n) {
  IO.println("当前的数字是：" + n);
  sleep(n);
  IO.println("等待时间：" + n);
}

void asyncMain() {
  var tasks = IntStream.range(0, 10).mapToObj(i -> createTask(() -> num(i))).toList();
  Asyncio.wait(tasks);
}

void main() {
  run(() -> asyncMain());
}
