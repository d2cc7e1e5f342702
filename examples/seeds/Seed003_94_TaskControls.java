import static jasyncio.Asyncio.*;

import jasyncio.CancelledError;
import jasyncio.Task;

int body() {
  IO.println("coroutine");
  return 42;
}

void asyncMain() {
  // 创建一个Task
  Task<Integer> task = createTask(() -> body());

  // 取消Task
  task.cancel();

  // 等待Task完成
  try {
    await(task);
  } catch (CancelledError e) {
    IO.println("await: CancelledError");
  }

  // 获取Task的结果
  try {
    task.result();
  } catch (CancelledError e) {
    IO.println("result: CancelledError");
  }

  // 没有取消的Task
  task = createTask(() -> body());
  await(task);
  int result = task.result();
  IO.println(result);
}

void main() {
  run(() -> asyncMain());
}
