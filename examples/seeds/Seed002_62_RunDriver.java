import static jasyncio.Asyncio.coroutine;

import jasyncio.Coroutine;
import jasyncio.StopIteration;

int asyncFunction() {
  return 1;
}

Object run(Coroutine<?> coroutine) {
  try {
    return coroutine.send(null);
  } catch (StopIteration e) {
    return e.value();
  }
}

void main() {
  IO.println(run(coroutine(() -> asyncFunction())));
}
