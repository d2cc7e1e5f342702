package jasyncio.cli;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a part of the time of a recorded task went by with.
enum PathKind {
  /// Somebody ran.
  STEP("steps"),
  /// Somebody could have run, and others did.
  READY("ready, while others ran"),
  /// Somebody could have run, and nobody did: the process had no processor, or was stopped.
  HALTED("ready, and nobody ran"),
  FUTURE("a future"),
  TASK("another task"),
  TASKS("other tasks"),
  TIMER("a timer"),
  SYNC("a lock or the like"),
  QUEUE("a queue"),
  IO("I/O"),
  THREAD("another thread"),
  BLOCKING("a blocking call"),
  PROCESS("a child process"),
  OTHER("something that is not known"),
  /// Nobody has recorded it.
  UNKNOWN("not recorded"),
  /// Several parts, each too short to be shown.
  SHORTER("shorter ones");

  /// For people; of a wait, what it was for.
  final String title;

  PathKind(String title) {
    this.title = title;
  }

  /// That of a recorded wait: the name of a `WaitInfo.Kind`.
  static @Nullable PathKind of(@Nullable String recorded) {
    return switch (Objects.requireNonNullElse(recorded, "")) {
      case "" -> null;
      case "READ", "WRITE" -> IO;
      case "FUTURE" -> FUTURE;
      case "TASK" -> TASK;
      case "TASKS" -> TASKS;
      case "TIMER" -> TIMER;
      case "SYNC", "LOCK" -> SYNC;
      case "QUEUE" -> QUEUE;
      case "IO" -> IO;
      case "THREAD" -> THREAD;
      case "BLOCKING" -> BLOCKING;
      case "PROCESS" -> PROCESS;
      default -> OTHER;
    };
  }

  /// Whether somebody waited, and it is known for what.
  boolean isWait() {
    return switch (this) {
      case STEP, READY, HALTED, UNKNOWN, SHORTER -> false;
      default -> true;
    };
  }

  /// Whether what ends such a wait comes from outside the loop.
  boolean isOutside() {
    return switch (this) {
      case TIMER, IO, THREAD, BLOCKING, PROCESS -> true;
      default -> false;
    };
  }

  /// As a style sheet and a program have it.
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
