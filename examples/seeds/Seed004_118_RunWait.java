import static jasyncio.Asyncio.*;

import jasyncio.Asyncio;

String func2() {
  IO.println(1111);
  sleep(2);
  IO.println(2222);
  return "test";
}

void main() {
  var result =
      run(() -> {
        var tasks = List.of(createTask(() -> func2()), createTask(() -> func2()));
        return Asyncio.wait(tasks);
      });
  IO.println(result.done());
  IO.println(result.pending());
}
