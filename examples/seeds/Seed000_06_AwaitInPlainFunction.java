import static jasyncio.Asyncio.*;

int asyncDouble(int x) {
  return 2 * x;
}

void printDouble(int x) {
  IO.println(await(coroutine(() -> asyncDouble(x)))); // <-- IllegalStateException here
}

void main() {
  printDouble(3);
}
