import static jasyncio.generator.Generators.*;

import jasyncio.StopIteration;
import jasyncio.generator.Generator;

Generator<Integer> sayHello(int count) {
  return generator(g -> {
    for (int n = count; n > 0; n--) {
      IO.println("hello~ " + n);
      g.yield(n);
    }
    IO.println("say hello");
  });
}

Generator<Integer> sayHi(int n) {
  return generator(g -> {
    for (int x = 0; x < n; x++) {
      IO.println("hi~ " + x);
      g.yield(null);
    }
    IO.println("say hi");
  });
}

/// A simple scheduler on top of yield; no event loop involved.
class TaskScheduler {
  private final Deque<Generator<?>> taskQueue = new ArrayDeque<>();

  /// Adds a new task to the queue.
  void newTask(Generator<?> task) {
    taskQueue.add(task);
  }

  /// Runs until there is no task in the queue.
  void run() {
    while (!taskQueue.isEmpty()) {
      Generator<?> task = taskQueue.removeFirst();
      try {
        task.next();
        taskQueue.add(task);
      } catch (StopIteration e) {
        // the generator has ended
      }
    }
  }
}

void main() {
  var sched = new TaskScheduler();
  sched.newTask(sayHello(2));
  sched.newTask(sayHi(3));
  sched.run();
}
