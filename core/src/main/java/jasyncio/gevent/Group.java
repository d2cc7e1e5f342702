package jasyncio.gevent;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.internal.base.Sneaky;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// The greenlets of a job: kept until they have ended, to be joined and killed together. One that
/// has ended leaves as soon as those who are ready have run. Python: `gevent.pool.Group`.
public sealed class Group implements Iterable<Greenlet<?>> permits Pool {
  private final Set<Greenlet<?>> greenlets = new LinkedHashSet<>();
  private final Set<Greenlet<?>> dying = new HashSet<>(); // killed once, and not again
  private final Map<Greenlet<?>, Linkable.Link> links = new HashMap<>();
  private final Event empty = new Event();

  /// What [#map] and its kin call for each item; may wait.
  ///
  /// @param <A> the type of the items
  /// @param <R> the type of the results
  @FunctionalInterface
  public interface Mapper<A, R extends @Nullable Object> {
    /// Makes a result of an item.
    ///
    /// @param item the item
    /// @return the result
    /// @throws Exception what the code throws
    R apply(A item) throws Exception;
  }

  /// An empty group.
  public Group() {
    empty.set();
  }

  // ---- members ----------------------------------------------------------------------------------

  /// Keeps a greenlet until it has ended. In a [Pool] suspends while that is full.
  ///
  /// @param greenlet the greenlet
  public void add(Greenlet<?> greenlet) {
    keep(greenlet);
  }

  /// Keeps a greenlet: whether it is a new one.
  final boolean keep(Greenlet<?> greenlet) {
    Objects.requireNonNull(greenlet, "greenlet");
    if (!greenlets.add(greenlet)) {
      return false;
    }
    empty.clear();
    var loop = greenlet.hub().loop();
    Linkable.Link link = () -> loop.callSoon(() -> remove(greenlet));
    links.put(greenlet, link);
    greenlet.addLink(link);
    return true;
  }

  /// Forgets a greenlet.
  ///
  /// @param greenlet the greenlet
  public void discard(Greenlet<?> greenlet) {
    var link = links.get(greenlet);
    if (link != null) {
      greenlet.removeLink(link);
      remove(greenlet);
    }
  }

  private void remove(Greenlet<?> greenlet) {
    if (greenlets.remove(greenlet)) {
      links.remove(greenlet);
      dying.remove(greenlet);
      if (greenlets.isEmpty()) {
        empty.set();
      }
      removed();
    }
  }

  /// A member has gone.
  void removed() {}

  /// Adds a greenlet and starts it.
  ///
  /// @param greenlet one that has not been started
  public void start(Greenlet<?> greenlet) {
    add(greenlet);
    try {
      greenlet.start();
    } catch (Throwable e) { // the loop is closed: it would never leave
      discard(greenlet);
      throw e;
    }
  }

  /// Starts a new greenlet in this group. In a [Pool] suspends while that is full.
  ///
  /// @param <T> what it gives
  /// @param body what it runs
  /// @return the greenlet
  public <T extends @Nullable Object> Greenlet<T> spawn(Awaitable<T, ?> body) {
    var greenlet = new Greenlet<>(body);
    start(greenlet);
    return greenlet;
  }

  /// Starts a new greenlet in this group. In a [Pool] suspends while that is full.
  ///
  /// @param body what it runs
  /// @return the greenlet
  @LowPriorityInOverloadResolution
  public Greenlet<Void> spawn(Action<?> body) {
    var greenlet = Greenlet.of(body);
    start(greenlet);
    return greenlet;
  }

  /// {@return how many greenlets there are}
  public int size() {
    return greenlets.size();
  }

  /// {@return whether there is none}
  public boolean isEmpty() {
    return greenlets.isEmpty();
  }

  /// {@return whether a greenlet is one of them}
  ///
  /// @param greenlet the greenlet
  public boolean contains(Greenlet<?> greenlet) {
    return greenlets.contains(Objects.requireNonNull(greenlet, "greenlet"));
  }

  /// {@return whether [#spawn] would suspend: never, in a group without a limit}
  public boolean full() {
    return false;
  }

  /// {@return the greenlets of now; what happens to the group meanwhile does not matter}
  @Override
  public Iterator<Greenlet<?>> iterator() {
    return List.copyOf(greenlets).iterator();
  }

  // ---- waiting and ending -----------------------------------------------------------------------

  /// Waits until the group is empty. Somebody else may have added to it by the time the caller goes
  /// on.
  public void join() {
    join(WaitOptions.defaults());
  }

  /// Waits until the group is empty, or the time is over.
  ///
  /// @param timeout seconds to wait at most
  /// @return whether it got empty in time
  public boolean join(double timeout) {
    return join(WaitOptions.defaults().timeout(timeout));
  }

  /// Waits until the group is empty, or the time is over.
  ///
  /// @param timeout how long to wait at most
  /// @return whether it got empty in time
  public boolean join(Duration timeout) {
    return join(Seconds.of(timeout));
  }

  /// Waits until the group is empty.
  ///
  /// @param options a timeout; and whether to throw, in the end, an error of one of those that are
  ///   members now; a count has no effect
  /// @return whether it got empty in time
  public boolean join(WaitOptions options) {
    var members = options.raiseError() ? List.copyOf(greenlets) : List.<Greenlet<?>>of();
    boolean gotEmpty = empty.await(options.timeout());
    for (var greenlet : members) {
      if (greenlet.exception() != null) {
        throw Sneaky.rethrow(greenlet.exception());
      }
    }
    return gotEmpty;
  }

  /// Kills all greenlets, and those that they start in this group meanwhile, and waits until they
  /// have ended.
  public void kill() {
    kill(null, true, Seconds.FOREVER);
  }

  /// Kills all greenlets.
  ///
  /// @param exception what is thrown into them; `null` for an exit of its own for each
  /// @param block whether to wait until they have ended
  /// @param timeout seconds to wait at most
  public void kill(@Nullable Throwable exception, boolean block, double timeout) {
    double deadline = Hub.get().loop().time() + timeout;
    while (!greenlets.isEmpty()) {
      for (var greenlet : List.copyOf(greenlets)) {
        if (dying.add(greenlet)) {
          greenlet.kill(exception != null ? exception : new GreenletExit(), false, 0);
        }
      }
      if (!block) {
        return;
      }
      double left = deadline - Hub.get().loop().time();
      if (left <= 0) {
        return;
      }
      Gevent.joinall(List.copyOf(greenlets), WaitOptions.defaults().timeout(left));
    }
  }

  /// Kills all greenlets.
  ///
  /// @param exception what is thrown into them; `null` for an exit of its own for each
  /// @param block whether to wait until they have ended
  /// @param timeout how long to wait at most
  public void kill(@Nullable Throwable exception, boolean block, Duration timeout) {
    kill(exception, block, Seconds.of(timeout));
  }

  /// Kills one greenlet of the group, and waits until it has ended.
  ///
  /// @param greenlet the greenlet; if it is not of this group, or the group has killed it before,
  ///   nothing happens
  public void killone(Greenlet<?> greenlet) {
    if (greenlets.contains(greenlet) && dying.add(greenlet)) {
      greenlet.kill();
    }
  }

  // ---- mapping ----------------------------------------------------------------------------------

  /// Runs `body` in a greenlet of this group and waits for what it gives. One of the group's own
  /// greenlets runs it itself: in a full pool it would wait forever.
  ///
  /// @param <T> what it gives
  /// @param <X> what the body throws
  /// @param body what to run
  /// @return what it gives; throws what it throws
  /// @throws X what the body throws
  public <T extends @Nullable Object, X extends Exception> T apply(Awaitable<T, X> body) throws X {
    return contains(Gevent.getcurrent()) ? body.await() : spawn(body).get();
  }

  /// Runs `body` in a greenlet of this group and waits until it has ended.
  ///
  /// @param <X> what the body throws
  /// @param body what to run
  /// @throws X what the body throws
  @LowPriorityInOverloadResolution
  public <X extends Exception> void apply(Action<X> body) throws X {
    apply(body.asAwaitable());
  }

  /// Calls `mapper` for all items, each in a greenlet of this group.
  ///
  /// @param <A> the type of the items
  /// @param <R> the type of the results
  /// @param mapper what to call
  /// @param items the items
  /// @return the results, in the order of the items; throws the first error in this order
  public <A, R extends @Nullable Object> List<R> map(
      Mapper<? super A, ? extends R> mapper, Iterable<? extends A> items) {
    var all = new ArrayList<Greenlet<R>>();
    for (var item : items) {
      all.add(this.<R>spawn(() -> mapper.apply(item)));
    }
    var results = new ArrayList<R>(all.size());
    for (var greenlet : all) {
      results.add(greenlet.get());
    }
    return results;
  }

  /// Calls `mapper` for all items, each in a greenlet of this group, beginning now.
  ///
  /// @param <A> the type of the items
  /// @param <R> the type of the results
  /// @param mapper what to call
  /// @param items the items; a greenlet iterates over them
  /// @return the results, in the order of the items, to be iterated once; suspends until the next
  ///   one is there, and throws, in its place, what the call threw
  public <A, R extends @Nullable Object> Iterable<R> imap(
      Mapper<? super A, ? extends R> mapper, Iterable<? extends A> items) {
    return imap(mapper, items, 0);
  }

  /// Calls `mapper` for all items, but not for more than a number ahead of who takes the results.
  ///
  /// @param <A> the type of the items
  /// @param <R> the type of the results
  /// @param mapper what to call
  /// @param items the items
  /// @param maxsize how many results may wait to be taken; 0 for any number
  /// @return the results, in the order of the items
  /// @throws IllegalArgumentException if `maxsize` is negative
  public <A, R extends @Nullable Object> Iterable<R> imap(
      Mapper<? super A, ? extends R> mapper, Iterable<? extends A> items, int maxsize) {
    var results = new Results<A, R>(this, mapper, items, true, maxsize);
    return () -> results;
  }

  /// Calls `mapper` for all items, each in a greenlet of this group, beginning now.
  ///
  /// @param <A> the type of the items
  /// @param <R> the type of the results
  /// @param mapper what to call
  /// @param items the items; a greenlet iterates over them
  /// @return the results as they arrive, to be iterated once
  public <A, R extends @Nullable Object> Iterable<R> imapUnordered(
      Mapper<? super A, ? extends R> mapper, Iterable<? extends A> items) {
    return imapUnordered(mapper, items, 0);
  }

  /// Calls `mapper` for all items, but not for more than a number ahead of who takes the results.
  ///
  /// @param <A> the type of the items
  /// @param <R> the type of the results
  /// @param mapper what to call
  /// @param items the items
  /// @param maxsize how many results may wait to be taken; 0 for any number
  /// @return the results as they arrive
  /// @throws IllegalArgumentException if `maxsize` is negative
  public <A, R extends @Nullable Object> Iterable<R> imapUnordered(
      Mapper<? super A, ? extends R> mapper, Iterable<? extends A> items, int maxsize) {
    var results = new Results<A, R>(this, mapper, items, false, maxsize);
    return () -> results;
  }

  /// {@return `<Group size=2>`}
  @Override
  public String toString() {
    return "<" + getClass().getSimpleName() + " size=" + size() + ">";
  }
}
