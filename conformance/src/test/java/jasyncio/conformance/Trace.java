package jasyncio.conformance;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.ExceptionGroup;
import jasyncio.InvalidStateException;
import jasyncio.StopIteration;
import jasyncio.net.IncompleteReadException;
import jasyncio.net.LimitOverrunException;
import jasyncio.queue.QueueEmptyException;
import jasyncio.queue.QueueFullException;
import jasyncio.queue.QueueShutDownException;
import jasyncio.sync.BrokenBarrierException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a scenario prints, in Python's words. The twin of the first half of `harness.py`.
final class Trace {
  private static final List<String> LINES = new ArrayList<>(); // guarded by itself

  private Trace() {}

  /// Ends a trace and begins the next.
  static List<String> take() {
    synchronized (LINES) {
      var lines = List.copyOf(LINES);
      LINES.clear();
      return lines;
    }
  }

  /// Prints values with a blank between two, as Python does.
  static void print(@Nullable Object... values) {
    var text = new StringBuilder();
    for (var value : values) {
      text.append(text.isEmpty() ? "" : " ").append(text(value));
    }
    synchronized (LINES) {
      text.toString().lines().forEach(LINES::add);
    }
  }

  /// Python's `str`.
  static String text(@Nullable Object value) {
    return value instanceof String s ? s : repr(value);
  }

  /// Python's `repr`.
  static String repr(@Nullable Object value) {
    return switch (value) {
      case null -> "None";
      case Boolean b -> b ? "True" : "False";
      case String s -> "'" + s + "'";
      case byte[] bytes -> bytes(bytes);
      case Collection<?> c ->
          c.stream().map(Trace::repr).collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString();
    };
  }

  private static String bytes(byte[] bytes) {
    var text = new StringBuilder("b'");
    for (byte b : bytes) {
      switch (b) {
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        default -> {
          if (b < ' ' || b > '~' || b == '\'' || b == '\\') {
            throw new AssertionError("Python has its own way to show the byte " + b);
          }
          text.append((char) b);
        }
      }
    }
    return text.append('\'').toString();
  }

  /// The name of an exception's class in Python; TypeError and ValueError are one kind, and so are
  /// those of broken connections.
  static String kind(Throwable e) {
    return switch (e) {
      case ExceptionGroup group -> "ExceptionGroup";
      case InvalidStateException state -> "InvalidStateError";
      case CancelledError cancelled -> "CancelledError";
      case CancellationException cancelled -> "CancelledError";
      case BrokenBarrierException broken -> "BrokenBarrierError";
      case QueueEmptyException empty -> "QueueEmpty";
      case QueueFullException full -> "QueueFull";
      case QueueShutDownException shutDown -> "QueueShutDown";
      case IllegalStateException state -> "RuntimeError";
      case IllegalArgumentException argument -> "BadArgument";
      case NullPointerException argument -> "BadArgument";
      case TimeoutException timeout -> "TimeoutError";
      case IncompleteReadException incomplete -> "IncompleteReadError";
      case LimitOverrunException overrun -> "LimitOverrunError";
      case IOException io -> "OSError";
      default -> e.getClass().getSimpleName();
    };
  }

  /// Kind and message; of a group also the members.
  static String describe(Throwable e) {
    if (e instanceof ExceptionGroup group) {
      return group.exceptions().stream()
          .map(Trace::describe)
          .collect(Collectors.joining(", ", "ExceptionGroup: " + group.message() + " [", "]"));
    }
    var message =
        switch (e) {
          case StopIteration stop -> stop.value() == null ? "" : text(stop.value());
          case TimeoutException timeout -> ""; // in CPython it has none
          default -> e.getMessage();
        };
    return message == null || message.isEmpty() ? kind(e) : kind(e) + ": " + brief(message);
  }

  /// The repr of a future, task or handle without what differs from run to run.
  static String tidy(Object object) {
    var text = object.toString().replaceAll(" created at [^\\[\\]<>]+?:\\d+", "");
    text = replaceBalanced(text, "coro=<", "coro=<...>");
    text = replaceBalanced(text, "cb=[", "cb=[...]");
    return text.replaceAll("Task-\\d+", "Task-N");
  }

  /// A message without the details of the objects in it, `<Task pending ...>` becomes `<Task>`, and
  /// without the advice that follows a semicolon here and there.
  static String brief(String text) {
    for (var name : List.of("Task", "Future", "TaskGroup", "Handle", "TimerHandle")) {
      text = replaceBalanced(text, "<" + name + " ", "<" + name + ">");
    }
    return text.replaceAll("(?s)(Exception in callback) .*", "$1 f")
        .replaceAll("(?s); .*", "")
        .replaceAll("( is not set\\.) .*", "$1");
  }

  /// Replaces every `opening` up to its closing bracket.
  private static String replaceBalanced(String text, String opening, String replacement) {
    boolean angle = opening.contains("<");
    char open = angle ? '<' : '[';
    char close = angle ? '>' : ']';
    for (int at = text.indexOf(opening); at >= 0; ) {
      int end = at + opening.length();
      for (int depth = 1; end < text.length() && depth > 0; end++) {
        depth += text.charAt(end) == open ? 1 : text.charAt(end) == close ? -1 : 0;
      }
      text = text.substring(0, at) + replacement + text.substring(end);
      at = text.indexOf(opening, at + replacement.length());
    }
    return text;
  }

  /// Calls, and gives the result or what was thrown, as text.
  static String attempt(Callable<?> call) {
    try {
      return repr(call.call());
    } catch (ExecutionException e) {
      return describe(e.getCause());
    } catch (Throwable e) {
      return describe(e);
    }
  }

  /// Calls, and gives `None` or what was thrown, as text.
  static String attempt(Action<?> call) {
    return attempt(() -> {
      call.run();
      return null;
    });
  }

  /// Awaits, and gives the result or what was thrown, as text.
  static String outcome(Awaitable<?, ?> awaitable) {
    return attempt(awaitable::await);
  }

  /// Awaits, and gives `None` or what was thrown, as text.
  static String outcome(Action<?> action) {
    return attempt(action);
  }
}
