import static jasyncio.Asyncio.*;
import static jasyncio.generator.Generators.*;

import jasyncio.generator.AsyncGenerator;

AsyncGenerator<Integer> myAsyncGenerator() {
  return asyncGenerator(g -> {
    g.yield(1);
  });
}

void asyncMain() {
  for (int value : myAsyncGenerator()) {
    IO.println(value);
  }
}

void main() {
  run(() -> asyncMain());
}
