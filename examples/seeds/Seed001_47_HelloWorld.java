import static jasyncio.Asyncio.*;

void asyncMain() {
  IO.println("hello");
  sleep(1);
  IO.println("world");
}

void main() {
  run(() -> asyncMain());
}
