import static jasyncio.Asyncio.*;

int asyncDouble(int x) {
  return 2 * x;
}

void printDouble(int x) {
  IO.println(await(coroutine(() -> asyncDouble(x)))); // <-- OK! (short: asyncDouble(x))
}

void main() {
  run(() -> printDouble(3));
}
