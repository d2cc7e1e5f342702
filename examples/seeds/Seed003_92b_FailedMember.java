import static jasyncio.Asyncio.*;

import jasyncio.Future;
import jasyncio.Task;

double division(int divisor, int dividend) {
  if (divisor == 0) {
    throw new ArithmeticException();
  }
  sleep(divisor);
  double quotient = (double) dividend / divisor;
  IO.println("%d/%d=%s".formatted(dividend, divisor, quotient));
  return quotient;
}

void asyncMain() {
  Task<Double> task1 = createTask(() -> division(0, 2));
  Task<Double> task2 = createTask(() -> division(1, 5));
  Task<Double> task3 = createTask(() -> division(3, 6));
  Future<List<Object>> t = gather(RETURN_EXCEPTIONS, task1, task2, task3);

  IO.println(await(t));
}

void main() {
  run(() -> asyncMain());
}
