import static jasyncio.Asyncio.*;

import jasyncio.CancelledError;
import jasyncio.Task;

String something() {
  sleep(0.5);
  IO.println("something done");
  return "something";
}

void caller() {
  String res = await(shield(() -> something()));
  IO.println("not reached " + res);
}

void asyncMain() {
  String res = await(shield(() -> something()));
  IO.println(res);

  Task<?> task = createTask(() -> caller());
  sleep(0.1);
  task.cancel();
  try {
    await(task);
  } catch (CancelledError e) {
    IO.println("caller cancelled");
  }
  sleep(0.6); // something() was not cancelled with its caller
}

void main() {
  run(() -> asyncMain());
}
