import static jasyncio.Asyncio.*;

int task1(int x) {
  IO.println("任务1");
  sleep(2);
  IO.println("恢复任务1");
  return x;
}

int task2(int x) {
  IO.println("任务2");
  sleep(1);
  IO.println("恢复任务2");
  return x;
}

void asyncMain() {
  long start = System.nanoTime();
  int res1 = task1(1);
  int res2 = task2(2);
  IO.println("任务1 返回的值是：" + res1);
  IO.println("任务2 返回的值是：" + res2);
  IO.println("运行时间：" + (System.nanoTime() - start) / 1e9 + " s");
}

void main() {
  run(() -> asyncMain());
}
