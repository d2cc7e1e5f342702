import static jasyncio.Asyncio.*;

void eternity() {
  sleep(3600); // one hour
  IO.println("yay!");
}

void asyncMain() {
  // 最多等待1秒
  try {
    waitFor(() -> eternity(), 1.0);
  } catch (TimeoutException e) {
    IO.println("timeout!");
  }
}

void main() {
  run(() -> asyncMain());
}
