import static jasyncio.Asyncio.*;

void sayAfter(double delay, String what) {
  sleep(delay);
  IO.println(what);
}

void asyncMain() {
  long start = System.nanoTime();

  sayAfter(1, "hello");
  sayAfter(2, "world");

  IO.println("耗时: " + (System.nanoTime() - start) / 1e9);
}

void main() {
  run(() -> asyncMain());
}
