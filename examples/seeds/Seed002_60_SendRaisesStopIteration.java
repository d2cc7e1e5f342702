import static jasyncio.Asyncio.*;

int asyncFunction() {
  return 1;
}

void main() throws Exception {
  IO.println(coroutine(() -> asyncFunction()).send(null)); // <-- StopIteration: 1
}
