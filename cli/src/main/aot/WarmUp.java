import static jasyncio.Asyncio.*;

/// What the `jasyncio` script runs when it records its start-up caches: most of what programs do
/// first, so that it is prepared for them.
void main() throws TimeoutException {
  run(() -> {
    sleep(0.001);
    var task = createTask(this::answer, "worker");
    List<Integer> all = await(gather(this::answer, task));
    int one = waitFor(this::answer, 1);
    timeout(1, () -> sleep(0));
    taskGroup(group -> {
      group.createTask(this::answer);
    });
    int other = toThread(() -> 1);
    IO.println("ready: " + all + one + other + currentTask().getName());
  });
}

int answer() {
  sleep(0);
  return 42;
}
