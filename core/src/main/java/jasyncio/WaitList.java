package jasyncio;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Coroutines that wait for the same thing, first come first served: what locks and queues are made
/// of.
///
/// For builders of such things; programs use those of `jasyncio.sync` and `jasyncio.queue`. Whoever
/// has to wait takes a place, awaits it, and leaves it, whatever happened:
///
/// ```java fragment
/// var waiters = new WaitList("<Gate>");
/// var place = waiters.enter();
/// try {
///   place.await();
/// } catch (Throwable e) { // most likely a CancelledError
///   if (place.woken()) {
///     waiters.wakeFirst(); // woken in vain: hand it on
///   }
///   throw e;
/// } finally {
///   place.leave();
/// }
/// ```
///
/// A list belongs to the loop of those who wait in it first; waiting in it on another loop is an
/// error. Nothing here may be called from other threads. asyncio has no such class: there each lock
/// and queue keeps a deque of futures.
public final class WaitList {
  /* Overview
   * A place is
   *   listed   linked between `head` and `tail`; it waits, or was cancelled, or its future was resolved by another
   *            list in which it stands, too
   *   woken    taken out of the list by wake(): its coroutine has not gone on yet
   *   left     neither
   * leave() is the only way to `left`. Cancelled ones stay listed until their coroutine comes to leave(); they
   * are passed over, each once: who does not wait any more will not wait again.
   *
   * Tasks wait for the place itself, as they would for a future: this is what every lock and queue does most. A future
   * stands behind it where it is awaited in several lists, or by a coroutine that is driven by hand.
   */
  private final Binding binding;
  private final WaitInfo.@Nullable Source info; // null: the owner's text will do
  private @Nullable Place head;
  private @Nullable Place tail;
  private @Nullable Place candidate; // nobody who is listed before it waits; null: nobody at all
  private int listed;
  private int woken;

  /// A list without anybody in it.
  ///
  /// @param owner what is waited for; its `toString` is part of messages
  public WaitList(Object owner) {
    this(new Binding(Objects.requireNonNull(owner, "owner")), null);
  }

  /// A list without anybody in it.
  ///
  /// @param owner what is waited for; its `toString` is part of messages
  /// @param info what [Task#waitsFor()] says of those that wait; without it, what `toString` says
  public WaitList(Object owner, WaitInfo.Source info) {
    this(new Binding(Objects.requireNonNull(owner, "owner")), Objects.requireNonNull(info, "info"));
  }

  private WaitList(Binding binding, WaitInfo.@Nullable Source info) {
    this.binding = binding;
    this.info = info;
  }

  /// {@return another list of the same owner, which belongs to the same loop}
  public WaitList sibling() {
    return new WaitList(binding, info);
  }

  /// {@return another list of the same owner, which belongs to the same loop}
  ///
  /// @param other what [Task#waitsFor()] says of those that wait in it
  public WaitList sibling(WaitInfo.Source other) {
    return new WaitList(binding, Objects.requireNonNull(other, "info"));
  }

  /// Names what is waited for.
  ///
  /// @param name the name
  public void setName(String name) {
    binding.name = Objects.requireNonNull(name, "name");
  }

  /// {@return the name, also if a [sibling][#sibling()] was given it, or `null`}
  public @Nullable String getName() {
    return binding.name;
  }

  // ---- waiting ----------------------------------------------------------------------------------

  /// Takes the last place, to be awaited next. Does not suspend.
  ///
  /// @return the place
  /// @throws IllegalStateException if no loop runs here, or if the list belongs to another one
  public Place enter() {
    loop();
    return link(new Place(null));
  }

  /// Takes the last place with a future that stands in other lists, too, so that only the first of
  /// them wakes it. Does not suspend.
  ///
  /// @param wakeUp the future, not done
  /// @return the place
  /// @throws IllegalStateException as the other form
  public Place enter(Future<Boolean> wakeUp) {
    loop();
    return link(new Place(Objects.requireNonNull(wakeUp, "wakeUp")));
  }

  /// {@return the loop that runs here, to which the list belongs from now on}
  ///
  /// @throws IllegalStateException if no loop runs here, or if the list belongs to another one
  public EventLoop loop() {
    var loop = Running.loop();
    return loop != null && loop == binding.loop ? loop : binding.bind(loop);
  }

  // ---- waking -----------------------------------------------------------------------------------

  /// Refuses, in debug mode, a thread that must not wake those who wait: for calls that change
  /// something and then wake, before they change it. Does not suspend.
  ///
  /// @throws IllegalStateException if somebody waits on a loop in debug mode, and another thread
  ///   than that loop's calls
  public void checkThread() {
    var loop = binding.loop;
    if (listed > 0 && loop != null) {
      loop.thread.check();
    }
  }

  /// Wakes the first that still waits.
  ///
  /// @return whether there was one
  public boolean wakeFirst() {
    var first = firstThatWaits();
    if (first == null) {
      return false;
    }
    wake(first);
    return true;
  }

  private @Nullable Place firstThatWaits() {
    while (candidate != null && !candidate.waits()) {
      candidate = candidate.next;
    }
    return candidate;
  }

  /// Wakes the first, unless somebody is on their way already who will look after the next: one
  /// that was woken, or a first one that was cancelled.
  public void wakeFirstIfNoneIsOnTheWay() {
    var first = head;
    if (woken == 0 && first != null && first.waits()) {
      wake(first);
    }
  }

  /// Wakes all that wait.
  public void wakeAll() {
    for (var place = head; place != null; ) {
      var next = place.next; // which waking it forgets
      if (place.waits()) {
        wake(place);
      }
      place = next;
    }
  }

  private void wake(Place place) {
    checkThread(); // who could not be woken stays in the list
    unlink(place);
    woken++;
    place.wake();
  }

  // ---- asking -----------------------------------------------------------------------------------

  /// The first task that waits, if one does.
  @Nullable Task<?> firstWaiting() {
    var place = firstThatWaits();
    return place == null ? null : place.task;
  }

  /// {@return how many places are taken by those that this list has not woken}
  public int waiting() {
    return listed;
  }

  /// {@return how many places are taken, by those that wait and by those that were woken and have
  /// not gone on yet}
  public int size() {
    return listed + woken;
  }

  /// {@return whether nobody has a claim: all places, if there are any, are those of cancelled
  /// ones}
  public boolean isIdle() {
    if (woken > 0) {
      return false;
    }
    for (var place = head; place != null; place = place.next) {
      if (!place.cancelled()) {
        return false;
      }
    }
    return true;
  }

  /// {@return `<WaitList of …>`}
  @Override
  public String toString() {
    return "<WaitList of " + binding.owner + ">";
  }

  // ---- the list ---------------------------------------------------------------------------------

  private Place link(Place place) {
    var last = tail;
    place.previous = last;
    if (last == null) {
      head = place;
    } else {
      last.next = place;
    }
    tail = place;
    if (candidate == null) {
      candidate = place;
    }
    place.listed = true;
    listed++;
    return place;
  }

  private void unlink(Place place) {
    var before = place.previous;
    var after = place.next;
    if (before == null) {
      head = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      tail = before;
    } else {
      after.previous = before;
    }
    if (candidate == place) {
      candidate = after;
    }
    place.previous = null;
    place.next = null;
    place.listed = false;
    listed--;
  }

  /// A place in the list.
  public final class Place {
    private @Nullable Future<Boolean> future; // what is awaited, if not this itself
    private @Nullable Task<?> task; // it awaits this
    private @Nullable Place next;
    private @Nullable Place previous;
    private @Nullable Cancellation cancellation;
    private boolean listed;
    private boolean woken;
    private boolean left;

    private Place(@Nullable Future<Boolean> future) {
      this.future = future;
    }

    /// Suspends until it is woken. **Cancellation** ends it; [#woken()] says whether it was woken
    /// before that, and so in vain.
    ///
    /// @throws CancelledError if the waiting task is cancelled
    /// @throws IllegalStateException if the caller runs in no coroutine, or if another task awaits
    ///   the place
    public void await() {
      if (waits() && future == null) {
        if (task != null) {
          throw new IllegalStateException("this place is awaited already, by " + task);
        } else if (Running.code() instanceof Task<?> owner) {
          task = owner;
          owner.awaitPlace(this);
        } else {
          future = new DescribedFuture<>(loop(), this::waitInfo);
        }
      }
      if (future != null) {
        future.await();
      } else if (cancellation != null) {
        throw cancellation.toError().arrived(binding.owner);
      }
    }

    boolean waits() {
      return future != null ? !future.done() : !woken && cancellation == null;
    }

    WaitInfo waitInfo() {
      return WaitInfo.of(binding.owner, info == null ? binding::waitInfo : info);
    }

    boolean cancelled() {
      return future != null ? future.cancelled() : cancellation != null;
    }

    private void wake() {
      woken = true;
      if (future != null) {
        future.setResult(true);
      } else {
        wakeTask();
      }
    }

    /// The task that waits is cancelled; whether that is how its wait ends.
    boolean cancelBy(Cancellation cancellation) {
      if (!waits()) {
        return false;
      } else if (future != null) {
        return future.cancelBy(cancellation);
      }
      this.cancellation = cancellation;
      wakeTask();
      return true;
    }

    private void wakeTask() {
      if (task != null) {
        var loop = task.getLoop();
        loop.thread.check();
        loop.scheduleUnlessClosed(task);
      }
    }

    /// The task could not be suspended.
    void forgetTask() {
      task = null;
    }

    /// {@return whether this list has woken it; stays so}
    public boolean woken() {
      return woken;
    }

    /// Gives the place up. Idempotent.
    public void leave() {
      if (listed) {
        unlink(this);
      } else if (!left) {
        WaitList.this.woken--;
      }
      left = true;
    }

    /// {@return what a future would say of itself in its place}
    @Override
    public String toString() {
      return waits()
          ? "<Future pending cb=[Task.task_wakeup()]>"
          : cancelled() ? "<Future cancelled>" : "<Future finished result=true>";
    }
  }

  /// To whom lists belong: an owner, and a loop from the first wait on.
  private static final class Binding {
    final Object owner;
    @Nullable EventLoop loop;
    @Nullable String name;

    Binding(Object owner) {
      this.owner = owner;
    }

    WaitInfo waitInfo() {
      return new WaitInfo(WaitInfo.Kind.OTHER, WaitInfo.named(owner.toString(), name));
    }

    EventLoop bind(@Nullable EventLoop running) {
      if (running == null || loop != null) {
        throw refusal(running);
      }
      loop = running;
      return running;
    }

    private IllegalStateException refusal(@Nullable EventLoop running) {
      return new IllegalStateException(
          running == null
              ? owner
                  + " would have to wait, but no event loop runs here; call it in a coroutine, by run(...) or"
                  + " createTask(...)"
              : owner
                  + " is bound to a different event loop; make one for each loop"
                  + LoopMismatch.meeting(Objects.requireNonNull(loop), running));
    }
  }
}
