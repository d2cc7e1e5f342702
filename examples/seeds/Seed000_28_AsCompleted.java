import static jasyncio.Asyncio.*;

import jasyncio.Coroutine;
import jasyncio.EventLoop;
import jasyncio.Future;

int foo(int n) {
  IO.println("Waiting:  " + n);
  sleep(n);
  return n;
}

void asyncMain() {
  Coroutine<Integer> coroutine1 = coroutine(() -> foo(1));
  Coroutine<Integer> coroutine2 = coroutine(() -> foo(2));
  Coroutine<Integer> coroutine3 = coroutine(() -> foo(4));

  var tasks = List.of(ensureFuture(coroutine1), ensureFuture(coroutine2), ensureFuture(coroutine3));
  for (Future<Integer> task : asCompleted(tasks)) {
    int result = await(task);
    IO.println("Task ret: " + result);
  }
}

void main() {
  long start = System.nanoTime();
  EventLoop loop = newEventLoop();
  loop.runUntilComplete(() -> asyncMain());
  IO.println((System.nanoTime() - start) / 1e9);
}
