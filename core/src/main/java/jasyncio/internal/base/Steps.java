package jasyncio.internal.base;

import org.jspecify.annotations.Nullable;

/// Things to be done one after the other, whether or not those before have failed.
public final class Steps {
  private @Nullable Throwable failure; // the first; has the others as suppressed ones

  public void take(Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      if (failure == null) {
        failure = e;
      } else if (failure != e) {
        failure.addSuppressed(e);
      }
    }
  }

  /// Throws what has failed.
  public void end() {
    if (failure != null) {
      throw Sneaky.sneak(failure);
    }
  }
}
