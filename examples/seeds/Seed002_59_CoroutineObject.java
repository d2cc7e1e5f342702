import static jasyncio.Asyncio.*;

int asyncFunction() {
  return 1;
}

void main() {
  IO.println(coroutine("async_function", () -> asyncFunction()));
}
