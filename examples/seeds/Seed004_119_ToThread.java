import static jasyncio.Asyncio.*;

import jasyncio.Asyncio;
import jasyncio.Task;

void hardWork() throws InterruptedException {
  IO.println("thread id: " + Thread.currentThread().threadId());
  Thread.sleep(5000);
}

void doAsyncJob() throws InterruptedException {
  toThread(() -> hardWork());
  sleep(1);
  IO.println("job done!");
}

void asyncMain() {
  List<Task<?>> tasks = new ArrayList<>();
  for (int i = 0; i < 3; i++) {
    tasks.add(createTask(() -> doAsyncJob()));
  }

  Asyncio.wait(tasks);
}

void main() {
  long start = System.nanoTime();
  Runnable atExit = () -> IO.println("用时(秒): " + (System.nanoTime() - start) / 1e9);
  Runtime.getRuntime().addShutdownHook(new Thread(atExit));

  run(() -> asyncMain());
}
