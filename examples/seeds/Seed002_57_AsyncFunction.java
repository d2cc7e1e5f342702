import static jasyncio.Asyncio.*;

int asyncFunction() {
  return 1;
}

void main() {
  IO.println(run(() -> asyncFunction()));
}
