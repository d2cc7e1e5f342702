package jasyncio.queue;

import java.util.Comparator;

/// A queue that gives out the smallest item first. Which of several equal ones comes first is not
/// defined. Python: `asyncio.PriorityQueue`.
///
/// @param <T> the items
public final class PriorityQueue<T> extends Queue<T> {

  /// A queue without a maximal size, of items in their natural order.
  public PriorityQueue() {
    this(0);
  }

  /// A queue of items in their natural order. To put one that is not [Comparable] is a
  /// [ClassCastException].
  ///
  /// @param maxsize how many items it holds at most; 0 or less is no limit
  public PriorityQueue(int maxsize) {
    super(maxsize, new java.util.PriorityQueue<>());
  }

  /// A queue without a maximal size, of items in an order of one's own.
  ///
  /// @param order says which of two items is smaller
  public PriorityQueue(Comparator<? super T> order) {
    this(0, order);
  }

  /// A queue of items in an order of one's own.
  ///
  /// @param maxsize how many items it holds at most; 0 or less is no limit
  /// @param order says which of two items is smaller
  public PriorityQueue(int maxsize, Comparator<? super T> order) {
    super(maxsize, new java.util.PriorityQueue<>(order));
  }
}
