import static jasyncio.Asyncio.*;

void factorial(String name, int number) {
  int f = 1;
  for (int i = 2; i <= number; i++) {
    IO.println("Task %s: Compute factorial(%d)...".formatted(name, i));
    sleep(1);
    f *= i;
  }
  IO.println("Task %s: factorial(%d) = %d".formatted(name, number, f));
}

void asyncMain() {
  await(
      gatherActions( //
          () -> factorial("A", 2), () -> factorial("B", 3), () -> factorial("C", 4)));
}

void main() {
  run(() -> asyncMain());
}
