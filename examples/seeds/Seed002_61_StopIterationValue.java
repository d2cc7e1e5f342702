import static jasyncio.Asyncio.*;

import jasyncio.StopIteration;

int asyncFunction() {
  return 1;
}

void main() {
  try {
    coroutine(() -> asyncFunction()).send(null);
  } catch (StopIteration e) {
    IO.println(e.value());
  }
}
