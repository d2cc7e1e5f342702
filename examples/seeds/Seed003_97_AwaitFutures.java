import static jasyncio.Asyncio.*;

import jasyncio.EventLoop;
import jasyncio.Future;

Future<String> functionThatReturnsAFutureObject() {
  EventLoop loop = getRunningLoop();
  Future<String> future = loop.createFuture();
  loop.callLater(0.1, () -> future.setResult("future"));
  return future;
}

String someJavaCoroutine() {
  sleep(0.1);
  return "coroutine";
}

void asyncMain() {
  IO.println(await(functionThatReturnsAFutureObject()));

  // this is also valid:
  IO.println(
      await(
          gather( //
              functionThatReturnsAFutureObject(), //
              () -> someJavaCoroutine())));
}

void main() {
  run(() -> asyncMain());
}
