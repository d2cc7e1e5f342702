package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.LoopStatistics;
import jasyncio.Task;
import jasyncio.WaitInfo;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// What visitors may change in the program, if it was started with leave to do so.
final class Control {
  private Control() {}

  private static void checkAllowed() {
    if (!InsightOptions.fromProperty().control()) {
      throw new IllegalArgumentException(
          "the program does not allow to be changed from outside: it must be started with"
              + " -Djasyncio.insight=control");
    }
  }

  /// Asks the tasks that are meant to end.
  static Map<String, @Nullable Object> cancel(Questions questions) throws InterruptedException {
    checkAllowed();
    questions.text("name");
    return questions.ofEachLoop((loop, found) -> {
      var cancelled = new CopyOnWriteArrayList<String>();
      var statistics =
          Survey.of(
              loop,
              questions.patience,
              (task, _) -> {
                if (questions.isMeant(task) && task.cancel("asked for by jasyncio cancel")) {
                  cancelled.add(task.getName());
                }
              });
      found.put("cancelled", List.copyOf(cancelled)); // some, though it does not get on
      return statistics;
    });
  }

  /// Switches debug mode.
  static Map<String, @Nullable Object> debug(Questions questions) throws InterruptedException {
    checkAllowed();
    boolean on =
        switch (questions.text("on")) {
          case "true" -> true;
          case "false" -> false;
          case String other ->
              throw new IllegalArgumentException("on is true or false, not '" + other + "'");
        };
    return questions.ofEachLoop((loop, found) -> switchDebug(loop, on, questions.patience, found));
  }

  private static @Nullable LoopStatistics switchDebug(
      EventLoop loop, boolean on, int patience, Map<String, @Nullable Object> found)
      throws InterruptedException {
    var statistics =
        Survey.of(
            loop,
            patience,
            new Survey.Visitor() {
              @Override
              public List<Task<?>> chosen() {
                return List.of();
              }

              @Override
              public void visit(Task<?> task, @Nullable WaitInfo waitsFor) {}

              @Override
              public void end(int unseen) {
                loop.setDebug(on);
              }
            });
    if (statistics != null) {
      found.put("debug", on);
    }
    return statistics;
  }
}
