package jasyncio.gevent;

import jasyncio.internal.base.Sneaky;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The results of [Group#imap], as they arrive or in the order of the items. Iterated once.
final class Results<A, R extends @Nullable Object> implements Iterator<R> {
  private final Map<Integer, Greenlet<R>> early = new HashMap<>(); // out of their turn
  private final ArrayDeque<Greenlet<R>> arrived = new ArrayDeque<>();
  private final boolean ordered;
  private final @Nullable Semaphore room;
  private final Greenlet<Void> feeder;
  private int running; // greenlets whose result is not here
  private int next; // index of the item whose turn it is
  private final Set<Waiter> waiters = new LinkedHashSet<>(); // of those who are in hasNext()

  /// @param maxsize how many results may wait to be taken; 0 for any number
  Results(
      Group group,
      Group.Mapper<? super A, ? extends R> mapper,
      Iterable<? extends A> items,
      boolean ordered,
      int maxsize) {
    this.ordered = ordered;
    this.room = maxsize == 0 ? null : new Semaphore(maxsize);
    this.feeder = Greenlet.of(() -> feed(group, mapper, items));
    feeder.addLink(this::wake);
    feeder.start();
  }

  private void feed(
      Group group, Group.Mapper<? super A, ? extends R> mapper, Iterable<? extends A> items) {
    int index = 0;
    for (var item : items) {
      if (room != null) {
        room.acquire();
      }
      int i = index++;
      Greenlet<R> greenlet = group.spawn(() -> mapper.apply(item));
      running++;
      greenlet.addLink(() -> arrive(i, greenlet));
    }
  }

  private void arrive(int index, Greenlet<R> greenlet) {
    running--;
    if (ordered) {
      early.put(index, greenlet);
      for (Greenlet<R> g; (g = early.remove(next)) != null; next++) {
        arrived.add(g);
      }
    } else {
      arrived.add(greenlet);
    }
    wake();
  }

  private void wake() {
    waiters.forEach(Waiter::wake); // each looks whether there is one for it
  }

  @Override
  public boolean hasNext() {
    while (arrived.isEmpty() && (running > 0 || !feeder.ready())) {
      var w = new Waiter("imap", null);
      waiters.add(w);
      try {
        w.await();
      } finally {
        waiters.remove(w);
      }
    }
    var error = feeder.exception(); // of the iteration over the items
    if (arrived.isEmpty() && error != null) {
      throw Sneaky.rethrow(error);
    }
    return !arrived.isEmpty();
  }

  /// {@return the next result; throws what the call threw, and then goes on with the next one}
  @Override
  public R next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (room != null) {
      room.release();
    }
    return arrived.remove().getNowait();
  }
}
