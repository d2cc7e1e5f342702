import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.Task;

String a() {
  sleep(1);
  return "A";
}

String b() {
  sleep(1);
  return "B";
}

void callback(Future<String> future) {
  IO.println("Result: " + future.result());
}

void callback2(Future<String> future, int n) {
  IO.println("Result: " + future.result() + ", N: " + n);
}

void main() {
  EventLoop loop = newEventLoop();
  Task<String> taskA = loop.createTask(() -> a());
  Task<String> taskB = loop.createTask(() -> b());

  taskA.addDoneCallback(future -> callback(future));
  taskB.addDoneCallback(future -> callback2(future, 100));

  loop.runUntilComplete(() -> await(gather(taskA, taskB)));
}
