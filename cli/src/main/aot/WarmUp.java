import static jasyncio.Asyncio.*;

void main() {
  run(() -> {
    sleep(0.001);
    System.out.println("hello");
  });
}
