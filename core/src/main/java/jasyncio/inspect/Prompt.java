package jasyncio.inspect;

import jasyncio.Context;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.internal.face.Loops;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs the code of a visitor in the program, if that was started with leave to do so: what is
/// typed at `jasyncio repl PID`. For one thread, that of the conversation.
///
/// The visitor brings classes, and has static methods of theirs called, which take a text and give
/// one: each call is a coroutine on one loop. What the code throws, whatever it is, becomes an
/// answer, and never gets to the loop.
final class Prompt implements AutoCloseable {
  /* Overview
   * A call is answered at once, or after a short wait: so the next question may be to interrupt it. Then the visitor
   * asks for its result, again and again.
   *
   * With the prompt goes the class loader, and with that all classes and variables of the visitor, unless a task that
   * their code has made goes on.
   */
  private static final String TASK = "prompt";
  private static final int GRACE_MILLIS = 1000; // for what is cancelled, before the farewell

  private final EventLoop loop;
  private final Context context = new Context(); // of all calls, as at one prompt
  private final Map<String, byte[]> classes = new ConcurrentHashMap<>();
  private final StringBuilder parts = new StringBuilder(); // of a class that comes in several
  private final List<Call> unfinished = new ArrayList<>();
  private @Nullable Call last;
  private @Nullable Call farewell;
  private volatile @Nullable PromptLoader loader; // from the first call on; made by the loop

  /// @throws IllegalArgumentException if it is not clear which loop is meant
  Prompt(Questions questions) {
    this.loop = chosen(questions.textIfGiven("loop"));
  }

  static void checkAllowed() {
    if (!InsightOptions.fromProperty().repl()) {
      throw new IllegalArgumentException(
          "the program does not allow to run code in it from outside: it must be started with"
              + " -Djasyncio.insight=repl");
    }
  }

  private static EventLoop chosen(@Nullable String name) {
    var running = Loops.running();
    var meant =
        running.stream().filter(each -> name == null || name.equals(Loops.name(each))).toList();
    if (meant.size() == 1) {
      return meant.getFirst();
    }
    var names = running.stream().map(Loops::name).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        running.isEmpty()
            ? "no event loop runs in the program"
            : name == null
                ? "several event loops run in the program; --loop takes one of " + names
                : "no event loop " + name + " runs in the program, but " + names);
  }

  /// Answers a question.
  Map<String, @Nullable Object> answer(String word, Questions questions)
      throws InterruptedException {
    return switch (word) {
      case "repl-open" -> describe();
      case "repl-load" -> load(questions);
      case "repl-call" -> call(questions);
      case "repl-invoke" -> invoke(questions);
      case "repl-result" -> result(questions);
      case "repl-interrupt" -> interrupt();
      default -> throw new IllegalArgumentException("there is no question '" + word + "'");
    };
  }

  /// What the visitor needs to know to compile.
  private Map<String, @Nullable Object> describe() {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("pid", ProcessHandle.current().pid());
    map.put("loop", Loops.name(loop));
    map.put("classPath", paths("java.class.path"));
    map.put("modulePath", paths("jdk.module.path"));
    return map;
  }

  private static List<String> paths(String property) {
    return Stream.of(
            System.getProperty(property, "").split(System.getProperty("path.separator"), -1))
        .filter(entry -> !entry.isEmpty())
        .map(Prompt::absolute)
        .toList();
  }

  private static String absolute(String path) {
    try {
      return Path.of(path).toAbsolutePath().toString();
    } catch (InvalidPathException e) {
      return path; // the visitor says that it is of no use
    }
  }

  /// A class, or a part of one.
  private Map<String, @Nullable Object> load(Questions questions) {
    parts.append(questions.text("bytes"));
    if (questions.textIfGiven("more") == null) {
      var bytes = Base64.getUrlDecoder().decode(parts.toString());
      parts.setLength(0);
      classes.put(questions.text("class"), bytes);
    }
    return Map.of();
  }

  /// Calls a method here and now, which must not wait; with `when=end`, when the visitor has left.
  private Map<String, @Nullable Object> call(Questions questions) {
    var call = new Call(questions);
    if (questions.textIfGiven("when") != null) {
      farewell = call;
      return Map.of();
    }
    return call.make(loader);
  }

  /// Calls a method on the loop, and waits for it for a while.
  private Map<String, @Nullable Object> invoke(Questions questions) throws InterruptedException {
    var call = new Call(questions);
    try {
      loop.callSoonThreadsafe(() -> start(call)); // it may be between two runs
    } catch (RuntimeException e) {
      if (loop.isClosed()) {
        return Map.of("ended", true);
      }
      throw e;
    }
    unfinished.removeIf(Call::isDone);
    unfinished.add(call);
    last = call;
    return result(questions);
  }

  private Map<String, @Nullable Object> result(Questions questions) throws InterruptedException {
    if (last == null) {
      throw new IllegalArgumentException("nothing has been called");
    }
    try {
      return last.answer.get(questions.number("wait", 0), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      var map = new LinkedHashMap<String, @Nullable Object>();
      map.put(loop.isClosed() ? "ended" : "running", true);
      map.put("begun", last.task != null);
      map.put("heldUpFor", Loops.heldUpFor(loop));
      return map;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /// Cancels what was called last.
  private Map<String, @Nullable Object> interrupt() {
    if (last != null) {
      cancel(last);
    }
    return Map.of();
  }

  private void cancel(Call call) {
    if (!call.isDone()) {
      try {
        loop.callSoonThreadsafe(call::cancel);
      } catch (RuntimeException e) {
        return; // the loop is closed, and has cancelled it
      }
    }
  }

  /// Cancels what still runs, and lets go of everything.
  @Override
  public void close() {
    unfinished.forEach(this::cancel);
    if (farewell != null) {
      awaitEnd();
      farewell.make(loader);
    }
    unfinished.clear();
    last = null;
    farewell = null;
    loader = null;
  }

  private void awaitEnd() {
    var all = unfinished.stream().map(call -> call.answer).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(all).get(GRACE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return; // it computes, say
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the loop's thread ------------------------------------------------------------------------

  private void start(Call call) {
    try {
      if (loader == null) {
        loader = new PromptLoader(classes, Thread.currentThread().getContextClassLoader());
      }
      var made = Objects.requireNonNull(loader);
      call.start(
          loop.createTask(() -> call.makeAsTask(made), TaskOptions.named(TASK).context(context)));
    } catch (Throwable e) { // of the program's own task factory, say
      call.answer.complete(failure(e));
    }
  }

  /// A call of a static method of a class of the visitor's.
  private static final class Call {
    private final String type;
    private final String method;
    private final String argument;
    private final CompletableFuture<Map<String, @Nullable Object>> answer =
        new CompletableFuture<>();
    private volatile @Nullable Task<?> task; // once it has begun

    Call(Questions questions) {
      this.type = questions.text("class");
      this.method = questions.text("method");
      this.argument = questions.text("argument");
    }

    boolean isDone() {
      return answer.isDone();
    }

    /// With nothing loaded there is nothing to say.
    Map<String, @Nullable Object> make(@Nullable PromptLoader loader) {
      if (loader == null) {
        return Map.of("text", "");
      }
      try {
        var found = Class.forName(type, true, loader).getDeclaredMethod(method, String.class);
        found.setAccessible(true);
        return Map.of("text", String.valueOf(found.invoke(null, argument)));
      } catch (Throwable e) { // whatever it is, it is the visitor's
        return failure(e);
      }
    }

    // ---- the loop's thread ----------------------------------------------------------------------

    private void makeAsTask(PromptLoader loader) {
      answer.complete(make(loader));
    }

    private void start(Task<?> made) {
      task = made;
      made.addDoneCallback(
          _ -> answer.complete(Map.of("failure", "it was cancelled before it began")));
    }

    private void cancel() {
      if (task != null) {
        task.cancel("asked for by jasyncio repl");
      }
    }
  }

  /// What somebody's code throws may throw in turn.
  private static Map<String, @Nullable Object> failure(Throwable error) {
    try {
      var cause = error.getCause();
      return Map.of("failure", String.valueOf(cause == null ? error : cause));
    } catch (Throwable e) {
      return Map.of("failure", error.getClass().getName());
    }
  }
}
