package jasyncio.internal.loop;

import jasyncio.internal.fiber.Fiber;
import org.jspecify.annotations.Nullable;

/// Asks a loop for a sign of life: an entry that has its turn like any other, and does nothing but
/// take the time. [LoopCore#ask] makes it.
public final class Question extends Entry {
  private final LoopCore core;
  private final long asked;
  private long nanos; // written before `answered`, and read after it
  private volatile boolean answered; // by the logical thread

  Question(LoopCore core) {
    this.core = core;
    this.asked = core.nanos();
  }

  @Override
  protected boolean isQuestion() {
    return true;
  }

  @Override
  protected @Nullable Fiber turn() {
    nanos = core.nanos() - asked;
    answered = true;
    return null;
  }

  /// Whether it has had its turn. Any thread.
  public boolean isAnswered() {
    return answered;
  }

  /// How long that took, by the loop's clock, once it [is answered][#isAnswered]; else how long it
  /// has taken so far. Any thread.
  public long nanos() {
    return answered ? nanos : core.nanos() - asked;
  }
}
