package jasyncio;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a task waits for, as [Task#waitsFor()] gives it: not guessed from its stack, but said by
/// whatever has suspended it.
///
/// ```java
/// import static jasyncio.Asyncio.*;
///
/// import jasyncio.sync.Lock;
///
/// void main() {
///   run(() -> {
///     var lock = new Lock();
///     lock.setName("db");
///     try (var _ = lock.acquire()) {
///       var task = createTask(() -> lock.run(() -> {}));
///       sleep(0);
///       IO.println(task.getName() + " waits for " + task.waitsFor()); // … Lock 'db', held by Task-1
///     }
///   });
/// }
/// ```
///
/// A snapshot. asyncio knows the future for which a task waits, and not what that stands for.
///
/// @param kind what sort of thing it is
/// @param what names it, and completes the words "waits for": `an item of Queue 'jobs'`
/// @param heldBy the tasks that hold it and for whose release it waits, if it is known who they are
public record WaitInfo(Kind kind, String what, List<Task<?>> heldBy) {
  private static final int MAX_HOLDERS = 5; // in the text

  /// Sorts of things that tasks wait for.
  public enum Kind {
    /// A future that somebody resolves.
    FUTURE,
    /// Another task.
    TASK,
    /// Several tasks or futures: `gather`, `wait`, `asCompleted`, a [TaskGroup].
    TASKS,
    /// Time: `sleep`.
    TIMER,
    /// Something of `jasyncio.sync`.
    SYNC,
    /// A queue.
    QUEUE,
    /// A connection, a socket, a pipe.
    IO,
    /// A call that another thread makes: `toThread`, files, the lookup of a host.
    THREAD,
    /// A blocking call of its own, under [BlockingPolicy#SWITCH].
    BLOCKING,
    /// A child process.
    PROCESS,
    /// Anything else.
    OTHER
  }

  /// Whoever makes tasks wait says by this what they wait for. It is asked whenever somebody looks,
  /// on the loop's thread; it must not suspend, and should be quick. If it fails or gives nothing,
  /// what is waited for is what the owner's `toString` says.
  @FunctionalInterface
  public interface Source {
    /// {@return what is waited for, as it is now}
    WaitInfo waitInfo();
  }

  /// An information with a copy of the list.
  public WaitInfo {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(what, "what");
    heldBy = List.copyOf(heldBy);
  }

  /// An information about something of which nobody is known to hold it.
  ///
  /// @param kind what sort of thing it is
  /// @param what completes the words "waits for"
  public WaitInfo(Kind kind, String what) {
    this(kind, what, List.of());
  }

  /// {@return a class and a name as they stand in [#what()]: `Lock 'db'`, or `Lock` without a name}
  ///
  /// @param type the simple name of the class
  /// @param name the name, or `null`
  public static String named(String type, @Nullable String name) {
    return name == null ? type : type + " '" + name + "'";
  }

  /// What an object has to say, which may be a program's code, and fail.
  static WaitInfo of(Object owner, Source source) {
    try {
      return Objects.requireNonNull(source.waitInfo());
    } catch (Throwable e) {
      return new WaitInfo(Kind.OTHER, Describe.text(owner));
    }
  }

  /// {@return what it is, and who holds it: `Lock 'db', held by Task-7`}
  @Override
  public String toString() {
    if (heldBy.isEmpty()) {
      return what;
    }
    int more = heldBy.size() - MAX_HOLDERS;
    return heldBy.stream()
        .limit(MAX_HOLDERS)
        .map(Task::getName)
        .collect(
            Collectors.joining(
                ", ", what + ", held by ", more > 0 ? " and " + more + " more" : ""));
  }
}
