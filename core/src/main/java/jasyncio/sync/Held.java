package jasyncio.sync;

import org.jspecify.annotations.Nullable;

/// Something that was acquired: closing it releases it. Made by [Acquirable#acquire()].
///
/// ```java fragment
/// var lock = new jasyncio.sync.Lock();
/// try (var held = lock.acquire()) {
///   sleep(0.1); // nobody else holds it meanwhile
/// }
/// ```
public final class Held implements AutoCloseable {
  private @Nullable Runnable release; // null once closed

  Held(Runnable release) {
    this.release = release;
  }

  /// Releases what was acquired. Closing it again has no effect. Does not suspend.
  ///
  /// It releases as `release()` does: if that was called before and somebody else holds it by now,
  /// it is taken from them.
  ///
  /// @throws IllegalStateException if nobody holds it any more, because it was released otherwise
  @Override
  public void close() {
    var r = release;
    if (r != null) {
      release = null;
      r.run();
    }
  }
}
