package jasyncio.internal.loop;

import jasyncio.internal.fiber.Fiber;
import org.jspecify.annotations.Nullable;

/// One entry of the ready queue: something to happen on the loop, once each time it is queued.
///
/// Its turn has three outcomes, told apart by what [#turn] returns.
public abstract class Entry {
  /// Says that [#run] is to be called on a fiber: it may call user code.
  ///
  /// @hidden
  protected static final Fiber IN_PLACE = Fiber.marker();

  /// The entry's turn has come. Called by the loop where no user code may run.
  ///
  /// @return [#IN_PLACE] to have [#run] called; the fiber that goes on with this entry; or `null`
  ///   if the entry has been dealt with
  /// @hidden
  protected @Nullable Fiber turn() {
    return IN_PLACE;
  }

  /// Does the work, on a fiber; must not throw.
  ///
  /// @hidden
  protected void run() {}

  /// Whether it only asks the loop for a sign of life: then nothing has happened that could change
  /// anything.
  ///
  /// @hidden
  protected boolean isQuestion() {
    return false;
  }

  /// Whether the timer heap is to give it a turn.
  ///
  /// @param ticket what [TimerHeap#addEntry] gave out
  /// @return whether the turn is wanted for which that is the ticket
  /// @hidden
  protected boolean isWanted(int ticket) {
    return true;
  }

  /// The timer heap has let go of it: the turn is due, or not wanted any more.
  ///
  /// @param ticket what [TimerHeap#addEntry] gave out
  /// @hidden
  protected void leftHeap(int ticket) {}

  /// Its name among the callbacks of a future.
  ///
  /// @hidden
  protected String callbackName() {
    return toString();
  }

  /// {@return the name of `entry` among the callbacks of a future}
  ///
  /// @param entry one of them
  /// @hidden
  public static String nameOf(Entry entry) {
    return entry.callbackName();
  }

  @Override
  public String toString() {
    return "<internal>()";
  }
}
