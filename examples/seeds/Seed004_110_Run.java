import static jasyncio.Asyncio.*;

void asyncMain() {
  sleep(1);
  IO.println("hello");
}

void main() {
  run(() -> asyncMain());
}
