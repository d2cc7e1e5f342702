package jasyncio.testing;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.WaitList;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts what several tasks do into one order, which the test counts out: 0, 1, 2, and so on.
///
/// ```java fragment
/// var order = new jasyncio.testing.Sequencer();
/// taskGroup(
///     group -> {
///       group.createTask(() -> order.run(1, () -> IO.println("second")));
///       group.createTask(
///           () -> {
///             try (var _ = order.at(0)) {
///               IO.println("first");
///             }
///             order.run(2, () -> IO.println("third"));
///           });
///     });
/// ```
///
/// Each position is taken once. It begins when the one before it has ended, whether that succeeded
/// or failed, and it may suspend. Where a position is missing, the later ones wait for ever: what
/// they are said to wait for, in a message about a dead-lock too, names it. A **cancellation** of
/// one that waits for its turn breaks the sequence, as nobody could go on after it: all who wait
/// now, or come later, are told.
///
/// Used on one loop's thread. trio: `trio.testing.Sequencer`.
public final class Sequencer {
  private final Set<Integer> taken = new HashSet<>();
  private final TreeMap<Integer, WaitList> waiting = new TreeMap<>();
  private int due; // all before it have ended
  private @Nullable Turn underWay;
  private @Nullable String broken; // why

  /// A sequence of which nothing has happened.
  public Sequencer() {}

  /// Waits until all earlier positions have ended, and takes this one, up to the end of the `try`
  /// statement. Suspends unless it is due.
  ///
  /// @param position from 0 on
  /// @return the turn, to be closed when the next position may begin
  /// @throws IllegalArgumentException if the position is negative
  /// @throws IllegalStateException if the position was taken before; or if the sequence is broken,
  ///   because a position was cancelled before it began
  /// @throws CancelledError if the task is cancelled while it waits
  public Turn at(int position) {
    if (position < 0) {
      throw new IllegalArgumentException("positions begin at 0, not at " + position);
    }
    ensureWhole();
    if (!taken.add(position)) {
      throw new IllegalStateException("position " + position + " is taken already: " + this);
    }
    if (position != due) {
      await(position);
    }
    var turn = new Turn(position, EventLoop.running() == null ? null : Asyncio.currentTask());
    underWay = turn;
    return turn;
  }

  /// Waits until all earlier positions have ended, and runs a body in this one. Suspends unless it
  /// is due, and when the body does.
  ///
  /// @param <T> what the body gives
  /// @param <X> what the body throws
  /// @param position from 0 on
  /// @param body the body
  /// @return what the body gives
  /// @throws X if the body does; the sequence goes on
  /// @throws IllegalArgumentException if the position is negative
  /// @throws IllegalStateException as [#at]
  /// @throws CancelledError if the task is cancelled
  public <T extends @Nullable Object, X extends Exception> T run(int position, Awaitable<T, X> body)
      throws X {
    Objects.requireNonNull(body, "body");
    try (var _ = at(position)) {
      return body.await();
    }
  }

  /// Waits until all earlier positions have ended, and runs a body in this one.
  ///
  /// @param <X> what the body throws
  /// @param position from 0 on
  /// @param body the body
  /// @throws X if the body does; the sequence goes on
  /// @throws IllegalArgumentException if the position is negative
  /// @throws IllegalStateException as [#at]
  /// @throws CancelledError if the task is cancelled
  public <X extends Exception> void run(int position, Action<X> body) throws X {
    Objects.requireNonNull(body, "body");
    run(position, body.asAwaitable());
  }

  private void await(int position) {
    var list = new WaitList(new Position(position));
    waiting.put(position, list);
    try {
      waitIn(list);
    } catch (IllegalStateException e) { // it is called where nobody can wait
      taken.remove(position);
      throw e;
    } catch (Throwable e) { // most likely a CancelledError
      breakBecause("position " + position + " was cancelled before its turn came");
      throw e;
    } finally {
      waiting.remove(position);
    }
    ensureWhole();
  }

  private static void waitIn(WaitList list) {
    var place = list.enter();
    try {
      place.await();
    } finally {
      place.leave();
    }
  }

  private void breakBecause(String reason) {
    if (broken == null) {
      broken = reason;
      waiting.values().forEach(WaitList::wakeAll);
    }
  }

  private void ensureWhole() {
    if (broken != null) {
      throw new IllegalStateException("the sequence is broken: " + broken);
    }
  }

  private void ended(int position) {
    due = position + 1;
    underWay = null;
    var next = waiting.get(due);
    if (next != null) {
      next.wakeAll();
    }
  }

  /// {@return `<Sequencer position 2 is under way in task 'a', waiting: [3, 5]>` and so on}
  @Override
  public String toString() {
    return "<Sequencer "
        + (broken != null ? "broken: " + broken : progress())
        + (waiting.isEmpty() ? "" : ", waiting: " + waiting.keySet())
        + ">";
  }

  private String progress() {
    if (!taken.contains(due)) {
      return "nobody has come to position " + due;
    }
    var task = underWay == null ? null : underWay.task;
    return "position "
        + due
        + " is under way"
        + (task == null ? "" : " in " + WaitGraph.name(task))
        + (task == null || !task.done() ? "" : ", which is done and has not closed it");
  }

  /// A position while it is under way. Made by [Sequencer#at].
  public final class Turn implements AutoCloseable {
    private final int position;
    private final @Nullable Task<?> task; // whose it is
    private boolean closed;

    private Turn(int position, @Nullable Task<?> task) {
      this.position = position;
      this.task = task;
    }

    /// Ends the position, so that the next one begins. Does not suspend. Closing it again has no
    /// effect.
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        ended(position);
      }
    }
  }

  /// What somebody waits for: in messages.
  private final class Position {
    private final int position;

    Position(int position) {
      this.position = position;
    }

    @Override
    public String toString() {
      return "position " + position + " of " + Sequencer.this;
    }
  }
}
