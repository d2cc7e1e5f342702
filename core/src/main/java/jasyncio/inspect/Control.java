package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.internal.face.Loops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
      var cancelled = new ArrayList<String>();
      var statistics =
          Survey.of(
              loop,
              questions.patience,
              (task, _) -> {
                if (questions.isMeant(task) && task.cancel("asked for by jasyncio cancel")) {
                  cancelled.add(task.getName());
                }
              });
      if (statistics != null) {
        found.put("cancelled", List.copyOf(cancelled));
      }
      return statistics;
    });
  }

  /// Switches debug mode.
  static Map<String, @Nullable Object> debug(Questions questions) {
    checkAllowed();
    boolean on = Boolean.parseBoolean(questions.text("on"));
    var loops = new ArrayList<Map<String, @Nullable Object>>();
    for (var loop : Loops.running()) {
      var found = new LinkedHashMap<String, @Nullable Object>();
      found.put("name", Loops.name(loop));
      found.put("debug", on);
      Loops.ask(loop, () -> switchDebug(loop, on));
      loops.add(found);
    }
    var all = new LinkedHashMap<String, @Nullable Object>();
    all.put("pid", ProcessHandle.current().pid());
    all.put("loops", loops);
    return all;
  }

  private static boolean switchDebug(EventLoop loop, boolean on) {
    loop.setDebug(on);
    return false;
  }
}
