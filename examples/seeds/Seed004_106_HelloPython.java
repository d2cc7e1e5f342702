import static jasyncio.Asyncio.*;

// 打印 hello 等待 1s 后打印 python
void demo1() {
  IO.println("hello");
  sleep(1);
  IO.println("python");
}

void main() {
  run(() -> demo1());
}
