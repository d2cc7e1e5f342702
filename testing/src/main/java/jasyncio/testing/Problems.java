package jasyncio.testing;

import jasyncio.ErrorContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is wrong at the end of a test.
final class Problems {
  private static final String DESTROYED = "Task was destroyed but it is pending!";

  private static final int MAX_TEXTS = 50;

  private final Map<String, Integer> texts = new LinkedHashMap<>(); // and how often each was said
  private final List<Throwable> causes = new ArrayList<>();
  private boolean isTaskLeft;

  /// An error that came to the loop's exception handler.
  void error(ErrorContext error) {
    if (error.message().equals(DESTROYED)) { // a task that could not be cancelled, as is told
      return;
    }
    var text = new StringBuilder(error.message());
    if (error.exception() != null) {
      text.append(": ").append(error.exception());
      causes.add(error.exception());
    }
    if (error.task() != null) {
      text.append("\n      in ").append(WaitGraph.name(error.task()));
    } else if (error.future() != null) {
      text.append("\n      in ").append(error.future());
    }
    for (var frame : WaitGraph.withoutHarness(error.blockedAt())) {
      text.append("\n      at ").append(frame);
    }
    add(text.toString());
  }

  private void add(String text) {
    texts.merge(text, 1, Integer::sum);
  }

  /// Something that should be gone.
  void left(LeakCheck.Left left) {
    isTaskLeft |= left.kind() == Leftover.TASKS;
    add(left.toString());
  }

  void thread(Thread thread) {
    var text = new StringBuilder("'" + thread.getName() + "', " + thread.getState());
    for (var frame : thread.getStackTrace()) {
      text.append("\n      at ").append(frame);
    }
    left(new LeakCheck.Left(Leftover.THREADS, thread, text.toString()));
  }

  /// The end of the test has failed itself.
  void failure(Throwable error) {
    add(String.valueOf(error.getMessage()));
    causes.add(error);
  }

  /// Something that would have been logged.
  void warning(String text) {
    add(text);
  }

  /// Fails if something is wrong: with the very error of a task, if that is all.
  ///
  /// @param aboutTasks what can be done if a task is left
  void tell(String label, String aboutTasks) {
    if (texts.size() == 1 && causes.size() == 1 && causes.getFirst() instanceof AssertionError e) {
      throw e;
    }
    if (!texts.isEmpty()) {
      var text = new StringBuilder("after ").append(label).append(':');
      texts.entrySet().stream()
          .limit(MAX_TEXTS)
          .forEach(entry -> {
            int times = entry.getValue();
            text.append("\n  - ")
                .append(times == 1 ? "" : times + " times: ")
                .append(entry.getKey());
          });
      if (texts.size() > MAX_TEXTS) {
        text.append("\n  and ").append(texts.size() - MAX_TEXTS).append(" more");
      }
      if (isTaskLeft) {
        text.append("\n(").append(aboutTasks).append(')');
      }
      var error = new AssertionError(text.toString());
      if (causes.size() == 1) {
        error.initCause(causes.getFirst());
      } else {
        causes.forEach(error::addSuppressed);
      }
      throw error;
    }
  }
}
