import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;

import jasyncio.Coroutine;
import jasyncio.StopIteration;

Object run(Coroutine<?> coroutine) {
  try {
    return coroutine.send(null);
  } catch (StopIteration e) {
    return e.value();
  }
}

int asyncFunction() {
  return 1;
}

void awaitCoroutine() {
  int result = await(coroutine(() -> asyncFunction())); // short: asyncFunction()
  IO.println(result);
}

void main() {
  run(coroutine(() -> awaitCoroutine())); // no event loop involved
}
