package jasyncio.cli;

import static jasyncio.Asyncio.*;

import jasyncio.Task;
import jasyncio.inspect.Probe;
import jasyncio.queue.Queue;
import jasyncio.sync.Lock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A loop under load that [VisitTest] visits again and again. Asked by a line for a `door`, it
/// opens one, as visitors do who attach; else it says what there is in its JVM, and whether its
/// tasks still do what they are to do.
final class LoadedProgram {
  private static final int WORKERS = 40;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private static final List<Task<?>> tasks = new ArrayList<>();
  private static long steps;
  private static long consumed;
  private static String broken = "nothing";

  private LoadedProgram() {}

  /// Runs until the standard input ends.
  ///
  /// @param arguments are not used
  public static void main(String[] arguments) throws IOException {
    run(() -> {
      var queue = new Queue<Long>(3);
      queue.setName("jobs");
      var lock = new Lock();
      for (int i = 0; i < WORKERS; i++) {
        tasks.add(createTask(LoadedProgram::work, "worker-" + i));
        tasks.add(createTask(() -> lock(lock), "locker-" + i));
      }
      tasks.add(createTask(() -> produce(queue), "producer"));
      tasks.add(createTask(() -> consume(queue), "consumer"));
      System.out.println("ready");
      var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line; (line = toThread(in::readLine)) != null; ) {
        System.out.println(line.equals("door") ? new Probe().open() : state());
      }
    });
  }

  private static void work() {
    while (true) {
      sleep(0.001);
      steps++;
    }
  }

  private static void lock(Lock lock) {
    while (true) {
      lock.run(() -> sleep(0.001));
    }
  }

  private static void produce(Queue<Long> queue) {
    for (long i = 0; ; i++) {
      queue.put(i);
    }
  }

  private static void consume(Queue<Long> queue) {
    for (long i = 0; ; i++) {
      long item = queue.get();
      if (item != i) {
        broken = "item " + item + " in place of " + i;
      }
      consumed++;
      if (i % 10 == 0) {
        sleep(0.001);
      }
    }
  }

  /// All there is that a visit could leave behind, and how far the tasks have come.
  private static String state() throws IOException {
    tasks.stream()
        .filter(task -> task.done() || task.cancelling() > 0)
        .findFirst()
        .ifPresent(task -> broken = task.toString());
    Set<Thread> threads = Thread.getAllStackTraces().keySet();
    return "insight=%d threads=%d files=%d sockets=%d tasks=%d classes=%d steps=%d consumed=%d broken=%s"
        .formatted(
            threads.stream().filter(thread -> thread.getName().contains("insight")).count(),
            threads.size(),
            descriptors(""),
            descriptors("socket:"),
            allTasks().size(),
            ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
            steps,
            consumed,
            broken);
  }

  /// How many descriptors of a kind are open, where the system says it.
  private static int descriptors(String kind) throws IOException {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(DESCRIPTORS)) {
      return Math.toIntExact(
          all.map(LoadedProgram::target).filter(target -> target.startsWith(kind)).count());
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "closed meanwhile";
    }
  }
}
