package jasyncio.sync;

import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.internal.face.Current;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Held by so many at a time, where each holder is known and the number can be changed.
///
/// Each borrower has at most one token: a task, or whatever else it is acquired on behalf of, such
/// as the name of a customer. Fair. asyncio has no such class; this is anyio's `CapacityLimiter`.
public final class CapacityLimiter implements Acquirable {
  /* Overview
   * A token is free, promised or borrowed. A promise is made when somebody who waits is woken, and is kept, or
   * taken back if that one is cancelled, when their coroutine goes on. Invariant: somebody waits only while no
   * token is free, so newcomers never overtake.
   */
  private final WaitList waiters = new WaitList(this, this::waitInfo);
  private final Set<Object> borrowers = new LinkedHashSet<>();
  private final Set<Object> applicants = new HashSet<>(); // who wait
  private int totalTokens;
  private int promised;

  /// A limiter.
  ///
  /// @param totalTokens how many can hold a token at a time; `Integer.MAX_VALUE` is no limit
  /// @throws IllegalArgumentException if that is negative
  public CapacityLimiter(int totalTokens) {
    this.totalTokens = checked(totalTokens);
  }

  private static int checked(int totalTokens) {
    if (totalTokens < 0) {
      throw new IllegalArgumentException("totalTokens must be >= 0, not " + totalTokens);
    }
    return totalTokens;
  }

  /// {@inheritDoc} The borrower is the current task.
  ///
  /// @throws IllegalStateException if the task has a token already, if the caller runs in no task,
  ///   or as [Acquirable#acquire()]
  @Override
  public Held acquire() {
    return acquireOnBehalfOf(currentTask());
  }

  /// Acquires a token for somebody else. Suspends while none is free.
  ///
  /// **Cancellation** ends the wait; nothing has been acquired then.
  ///
  /// @param borrower who; equal objects are the same borrower
  /// @return what releases the token when it is closed; any task may do that
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException if the borrower has a token or waits for one, or as
  ///   [Acquirable#acquire()]
  public Held acquireOnBehalfOf(Object borrower) {
    ensureNew(borrower);
    if (available() <= 0) {
      waitForToken(borrower);
    }
    borrowers.add(borrower);
    return new Held(() -> releaseOnBehalfOf(borrower));
  }

  /// Acquires a token for the current task if one is free. Does not suspend.
  ///
  /// @return whether that was possible; if so, [#release()] it
  /// @throws IllegalStateException if the task has a token already, or if the caller runs in no
  ///   task
  public boolean tryAcquire() {
    return tryAcquireOnBehalfOf(currentTask());
  }

  /// Acquires a token for somebody else if one is free. Does not suspend.
  ///
  /// @param borrower who
  /// @return whether that was possible; if so, [#releaseOnBehalfOf] it
  /// @throws IllegalStateException if the borrower has a token or waits for one
  public boolean tryAcquireOnBehalfOf(Object borrower) {
    ensureNew(borrower);
    return available() > 0 && borrowers.add(borrower);
  }

  private static Task<?> currentTask() {
    var task = Current.task();
    if (task == null) {
      throw new IllegalStateException(
          "no task runs here that could borrow a token; call it in a task, or acquire on behalf of somebody");
    }
    return task;
  }

  private void ensureNew(Object borrower) {
    Objects.requireNonNull(borrower, "borrower");
    if (borrowers.contains(borrower)) {
      throw new IllegalStateException(
          "this borrower is already holding one of this CapacityLimiter's tokens: " + borrower);
    }
    if (applicants.contains(borrower)) {
      throw new IllegalStateException(
          "this borrower is already waiting for one of this CapacityLimiter's tokens: " + borrower);
    }
  }

  private void waitForToken(Object borrower) {
    var place = waiters.enter();
    applicants.add(borrower);
    try {
      place.await();
    } catch (Throwable e) {
      if (place.woken()) {
        promised--;
        letIn();
      }
      throw e;
    } finally {
      applicants.remove(borrower);
      place.leave();
    }
    promised--;
  }

  /// Promises what is free to those that wait.
  private void letIn() {
    while (available() > 0 && waiters.wakeFirst()) {
      promised++;
    }
  }

  private int available() {
    return totalTokens - borrowers.size() - promised;
  }

  /// {@inheritDoc} The borrower is the current task.
  ///
  /// @throws IllegalStateException if the task has no token, or if the caller runs in no task
  @Override
  public void release() {
    releaseOnBehalfOf(currentTask());
  }

  /// Releases somebody's token; the first that waits goes on in the loop's next iteration. Does not
  /// suspend.
  ///
  /// @param borrower who
  /// @throws IllegalStateException if the borrower has no token
  public void releaseOnBehalfOf(Object borrower) {
    Objects.requireNonNull(borrower, "borrower");
    waiters.checkThread();
    if (!borrowers.remove(borrower)) {
      throw new IllegalStateException(
          "this borrower isn't holding any of this CapacityLimiter's tokens: " + borrower);
    }
    letIn();
  }

  /// {@return how many can hold a token at a time}
  public int totalTokens() {
    return totalTokens;
  }

  /// Changes how many can hold a token at a time. More lets in those that wait; fewer takes nothing
  /// from anybody, but keeps others out until enough have released theirs. Does not suspend.
  ///
  /// @param totalTokens how many
  /// @throws IllegalArgumentException if that is negative
  public void setTotalTokens(int totalTokens) {
    int checked = checked(totalTokens);
    waiters.checkThread();
    this.totalTokens = checked;
    letIn();
  }

  /// {@return how many tokens are held, or promised to somebody who is about to go on}
  public int borrowedTokens() {
    return borrowers.size() + promised;
  }

  /// {@return how many can be acquired without waiting; negative if the total was lowered below
  /// what is held}
  public int availableTokens() {
    return available();
  }

  /// Names the limiter, for messages and [jasyncio.Task#waitsFor()].
  ///
  /// @param name the name
  public void setName(String name) {
    waiters.setName(name);
  }

  /// {@return its name, or `null`}
  public @Nullable String getName() {
    return waiters.getName();
  }

  private WaitInfo waitInfo() {
    var tasks =
        borrowers.stream()
            .<Task<?>>mapMulti((borrower, to) -> {
              if (borrower instanceof Task<?> task) {
                to.accept(task);
              }
            });
    return new WaitInfo(
        WaitInfo.Kind.SYNC, WaitInfo.named("CapacityLimiter", getName()), tasks.toList());
  }

  /// {@return what it looks like now}
  public Statistics statistics() {
    return new Statistics(totalTokens, borrowedTokens(), List.copyOf(borrowers), waiters.waiting());
  }

  /// {@return `<CapacityLimiter [2/2, waiters:1]>`: borrowed and total}
  @Override
  public String toString() {
    return Descriptions.of(
        "CapacityLimiter", getName(), borrowedTokens() + "/" + totalTokens, waiters.waiting());
  }

  /// What a limiter looks like.
  ///
  /// @param totalTokens how many can hold a token at a time
  /// @param borrowedTokens how many are held or promised
  /// @param borrowers who hold one, in the order in which they got it
  /// @param tasksWaiting how many wait for one
  public record Statistics(
      int totalTokens, int borrowedTokens, List<Object> borrowers, int tasksWaiting) {}
}
