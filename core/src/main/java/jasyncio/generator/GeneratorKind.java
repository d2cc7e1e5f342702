package jasyncio.generator;

import jasyncio.StopIteration;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The two kinds of generator: what they are called, and how they say that they are at their end.
enum GeneratorKind {
  PLAIN("generator"),
  ASYNC("async generator");

  private final String noun;

  GeneratorKind(String noun) {
    this.noun = noun;
  }

  NoSuchElementException stop(@Nullable Object value) {
    return this == PLAIN ? new StopIteration(value) : new StopAsyncIteration();
  }

  /// What the body threw, as it leaves the generator: the sign of its end must not come from
  /// inside.
  Throwable leaving(Throwable error) {
    if (error instanceof StopIteration) {
      return new IllegalStateException(noun + " raised StopIteration", error);
    }
    if (this == ASYNC && error instanceof StopAsyncIteration) {
      return new IllegalStateException(noun + " raised StopAsyncIteration", error);
    }
    return error;
  }

  IllegalStateException running(String method) {
    return new IllegalStateException(
        this == PLAIN
            ? "generator already executing"
            : method + "(): asynchronous generator is already running");
  }

  IllegalStateException ignoredExit() {
    return new IllegalStateException(noun + " ignored GeneratorExit");
  }

  IllegalArgumentException sentTooEarly() {
    return new IllegalArgumentException(
        "can't send non-None value to a just-started " + noun + "; the first value must be null");
  }

  String describe(String name) {
    return "<" + (this == PLAIN ? "generator" : "async_generator") + " object " + name + ">";
  }
}
