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
/// @param queues how full the queues are for which it waits: one, or several of which any will do
public record WaitInfo(Kind kind, String what, List<Task<?>> heldBy, List<Depth> queues) {
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

  /// How full a queue is, and how many wait for it, as its `statistics()` have it.
  ///
  /// @param queue its class and name, as they stand in [WaitInfo#what()]: `Queue 'jobs'`
  /// @param id tells queues of the same name apart: the hash code of its identity, which two of
  ///   them may have in common, though hardly ever
  /// @param size how many items are in it
  /// @param maxsize how many it holds at most; 0 or less is no limit
  /// @param getting how many wait for an item
  /// @param putting how many wait for room
  public record Depth(String queue, int id, int size, int maxsize, int getting, int putting) {
    /// {@return how full it is: `3 of 10`, or `3 in it` where there is no limit}
    @Override
    public String toString() {
      return size + (maxsize > 0 ? " of " + maxsize : " in it");
    }
  }

  /// An information with copies of the lists.
  public WaitInfo {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(what, "what");
    heldBy = List.copyOf(heldBy);
    queues = List.copyOf(queues);
  }

  /// An information about something that is no queue.
  ///
  /// @param kind what sort of thing it is
  /// @param what completes the words "waits for"
  /// @param heldBy the tasks that hold it
  public WaitInfo(Kind kind, String what, List<Task<?>> heldBy) {
    this(kind, what, heldBy, List.of());
  }

  /// An information about something of which nobody is known to hold it.
  ///
  /// @param kind what sort of thing it is
  /// @param what completes the words "waits for"
  public WaitInfo(Kind kind, String what) {
    this(kind, what, List.of(), List.of());
  }

  /// An information about a queue.
  ///
  /// @param what completes the words "waits for"
  /// @param queue how full it is
  public WaitInfo(String what, Depth queue) {
    this(Kind.QUEUE, what, List.of(), List.of(queue));
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

  /// {@return what it is, and who holds it, or how full it is: `Lock 'db', held by Task-7`, `room
  /// in Queue 'jobs' (10 of 10)`; of a holder that will not let it go any more: `Lock 'db', held by
  /// Task-7, which has ended`}
  @Override
  public String toString() {
    if (queues.size() == 1) {
      return what + " (" + queues.getFirst() + ")";
    } else if (heldBy.isEmpty()) {
      return what;
    }
    int more = heldBy.size() - MAX_HOLDERS;
    return heldBy.stream()
        .limit(MAX_HOLDERS)
        .map(task -> task.done() ? task.getName() + ", which has ended" : task.getName())
        .collect(
            Collectors.joining(
                ", ", what + ", held by ", more > 0 ? " and " + more + " more" : ""));
  }
}
