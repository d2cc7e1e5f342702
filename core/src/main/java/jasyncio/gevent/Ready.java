package jasyncio.gevent;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/// The objects of a collection in the order in which they get ready.
final class Ready<L extends Linkable> implements Iterator<L>, AutoCloseable {
  /* Overview
   * Each object that gets ready takes its place in the queue of the loop, by waking a waiter of its own: `coming` is the
   * waiter of the next one. The main program gets an object when its turn has come, and not earlier because others were
   * ready before. A task cannot be woken in the middle of an iteration: it gets at once whatever is ready by then.
   */
  private final Map<L, Linkable.Link> waitedFor = new LinkedHashMap<>();
  private final ArrayDeque<Arrival<L>> ready = new ArrayDeque<>();
  private final Execution execution = Execution.current();
  private final double deadline;
  private Waiter coming = newWaiter();
  private int left; // how many are still to be given
  private boolean begun; // it has waited once, so that those who were ready had a turn

  private record Arrival<L>(L object, Waiter waiter) {}

  Ready(Collection<? extends L> objects, WaitOptions options) {
    deadline = execution.hub.loop().time() + options.timeout();
    left = options.count();
    for (var object : objects) {
      waitedFor.computeIfAbsent(object, this::linkTo);
    }
    left = Math.min(left, waitedFor.size());
  }

  private Waiter newWaiter() {
    return new Waiter(execution, "wait", waitedFor.keySet());
  }

  private Linkable.Link linkTo(L object) {
    Linkable.Link link =
        () -> {
          ready.add(new Arrival<>(object, coming));
          coming.wake();
          coming = newWaiter();
        };
    if (object.ready()) {
      link.fire();
    } else {
      object.addLink(link);
    }
    return link;
  }

  @Override
  public boolean hasNext() {
    if (left > 0 && !waitForOne()) {
      left = 0; // the time is over
    }
    if (left == 0) {
      close();
    }
    return left > 0;
  }

  private boolean waitForOne() {
    var first = ready.peek();
    if (first != null && (first.waiter().hadTurn || (begun && execution.task != null))) {
      return true;
    }
    begun = true;
    var waiter = first != null ? first.waiter() : coming;
    boolean normal = false;
    try {
      boolean woken = waiter.await(deadline - execution.hub.loop().time());
      normal = true;
      return woken;
    } finally {
      if (!normal) {
        close();
      }
    }
  }

  @Override
  public L next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    left--;
    var object = ready.remove().object();
    waitedFor.remove(object);
    return object;
  }

  /// Nobody iterates any more.
  @Override
  public void close() {
    waitedFor.forEach(Linkable::removeLink);
    waitedFor.clear();
  }
}
