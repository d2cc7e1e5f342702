package jasyncio.cli;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.WaitInfo;
import java.util.List;
import java.util.stream.Collectors;

/// What `/ps` shows: the tasks of a loop, a line each.
final class TaskTable {
  private TaskTable() {}

  /// The table, as it is now. On the loop's thread.
  static String of(EventLoop loop) {
    List<List<String>> rows =
        Asyncio.allTasks(loop).stream()
            .map(task -> List.of(task.getName(), state(task), waitsFor(task)))
            .toList();
    return rows.isEmpty() ? "no tasks" : table(rows);
  }

  private static String state(Task<?> task) {
    return task.cancelling() > 0 ? "cancelling" : task.waitsFor() == null ? "ready" : "waiting";
  }

  private static String waitsFor(Task<?> task) {
    WaitInfo info = task.waitsFor();
    return info == null ? "its turn" : info.toString();
  }

  private static String table(List<List<String>> rows) {
    int name = width(rows, 0, "TASK");
    int state = width(rows, 1, "STATE");
    String format = "%-" + name + "s  %-" + state + "s  %s";
    return format.formatted("TASK", "STATE", "WAITS FOR")
        + rows.stream()
            .map(row -> "\n" + format.formatted(row.toArray()))
            .collect(Collectors.joining());
  }

  private static int width(List<List<String>> rows, int column, String title) {
    return Math.max(
        title.length(), rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0));
  }
}
