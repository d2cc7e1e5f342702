package jasyncio.internal.loop;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What the packages beside the face need of a loop and users do not; the face leaves it here, as
/// classes of the JDK do in `SharedSecrets`.
///
/// Loops of the face are `Object`s, because the machine knows no face.
public abstract class LoopAccess {
  private static volatile @Nullable LoopAccess access;

  /// Called once, by the class of the face's loops.
  public static void install(LoopAccess theAccess) {
    access = theAccess;
  }

  /// The access; there is one as soon as there is a loop.
  public static LoopAccess get() {
    return Objects.requireNonNull(access);
  }

  /// The machine of a loop.
  public abstract LoopCore core(Object eventLoop);

  /// An entry, not scheduled yet, that runs `callback` like `callSoon` does: in the context of now,
  /// measured in debug mode, and with what it throws reported. It may be scheduled again and again.
  public abstract CancellableEntry callback(Object eventLoop, Runnable callback);

  /// The same, in a given context of the face.
  public abstract CancellableEntry callback(Object eventLoop, Runnable callback, Object context);

  /// Watches an object that may be forgotten. If it is collected before `settled` says that it has
  /// been dealt with, or the loop is closed, the loop runs `report`.
  ///
  /// @param settled asked by any thread; must not hold the object
  /// @param report must not hold the object
  public abstract void watch(
      Object eventLoop, Object object, BooleanSupplier settled, Runnable report);

  /// Says that another thread is going to call the loop: it does not wait in vain. Any thread.
  public abstract void answerExpected(Object eventLoop);

  /// Says that it has called; in the turn that deals with what it brought. Any thread.
  public abstract void answered(Object eventLoop);
}
