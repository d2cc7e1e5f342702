import static jasyncio.Asyncio.*;

import jasyncio.Task;

String currentTime() {
  return "%tF %<tT".formatted(ZonedDateTime.now(ZoneId.of("Asia/Shanghai")));
}

String func(int sleepTime) {
  IO.println("[%s] 执行异步函数 func-%d".formatted(currentTime(), sleepTime));
  sleep(sleepTime);
  IO.println("[%s] 函数 func-%d 执行完毕".formatted(currentTime(), sleepTime));
  return "【[%s] 得到函数 func-%d 执行结果】".formatted(currentTime(), sleepTime);
}

void asyncMain() {
  List<Task<String>> taskList = new ArrayList<>();
  for (int i = 0; i < 5; i++) {
    int n = i;
    taskList.add(createTask(() -> func(n)));
  }

  List<String> results = await(gather(taskList));
  for (String result : results) {
    IO.println("[%s] 得到执行结果 %s".formatted(currentTime(), result));
  }
}

void main() {
  run(() -> asyncMain());
}
