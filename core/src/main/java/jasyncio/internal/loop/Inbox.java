package jasyncio.internal.loop;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Entries that other threads give to a loop: many producers, one consumer, lock-free.
///
/// A stack of nodes, taken whole and turned over by the consumer: entries of one producer come out
/// in the order in which it put them in, and [#push] is one compare-and-set.
public final class Inbox {
  private final AtomicReference<@Nullable Node> top = new AtomicReference<>();
  private @Nullable Node taken; // consumer only: the oldest of those that are being moved

  public void push(Entry entry) {
    var node = new Node(entry);
    do {
      node.next = top.get();
    } while (!top.compareAndSet(node.next, node));
  }

  /// Called by the consumer alone.
  public boolean isEmpty() {
    return top.get() == null && taken == null;
  }

  /// Moves all entries to `queue`, oldest first. Called by the consumer alone.
  public void drainTo(ReadyQueue queue) {
    if (isEmpty()) {
      return;
    }
    move(queue); // what is left from a time when there was no stack left
    Node oldest = null;
    for (var node = top.getAndSet(null); node != null; ) {
      var next = node.next;
      node.next = oldest;
      oldest = node;
      node = next;
    }
    taken = oldest;
    move(queue);
  }

  private void move(ReadyQueue queue) {
    for (Node node; (node = taken) != null; taken = node.next) {
      queue.addFromOutside(node.entry);
    }
  }

  private static final class Node {
    final Entry entry;
    @Nullable Node next;

    Node(Entry entry) {
      this.entry = entry;
    }
  }
}
