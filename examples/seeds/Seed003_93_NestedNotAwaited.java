import static jasyncio.Asyncio.*;

void nested() {
  IO.println("something");
}

void asyncMain() {
  // Only makes a coroutine object: nothing runs, and a warning tells that it was never awaited.
  coroutine("nested", () -> nested());

  // Calling the method is awaiting it: prints "something".
  nested();
}

void main() {
  run(() -> asyncMain());
}
