import static jasyncio.Asyncio.*;

// A coroutine function is a plain method: it may suspend, and calling it is awaiting it.
int asyncDouble(int x) {
  return 2 * x;
}

void main() {
  IO.println(run(() -> asyncDouble(3)));
}
