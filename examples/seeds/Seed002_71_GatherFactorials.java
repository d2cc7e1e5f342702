import static jasyncio.Asyncio.*;

int factorial(String name, int number) {
  int f = 1;
  for (int i = 2; i <= number; i++) {
    IO.println("Task %s: Compute factorial(%d), currently i=%d...".formatted(name, number, i));
    sleep(1);
    f *= i;
  }
  IO.println("Task %s: factorial(%d) = %d".formatted(name, number, f));
  return f;
}

void asyncMain() {
  List<Integer> results =
      await(
          gather( //
              () -> factorial("A", 2), () -> factorial("B", 3), () -> factorial("C", 4)));
  IO.println(results);
}

void main() {
  run(() -> asyncMain());
}
