import static jasyncio.Asyncio.*;

void sayAfter(double delay, String what) {
  sleep(delay);
  IO.println(what);
}

void asyncMain() {
  IO.println("started at %tT".formatted(LocalTime.now()));

  sayAfter(1, "hello");
  sayAfter(2, "world");

  IO.println("finished at %tT".formatted(LocalTime.now()));
}

void main() {
  run(() -> asyncMain());
}
