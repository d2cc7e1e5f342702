package jasyncio.queue;

import java.util.ArrayDeque;
import java.util.Collections;

/// A queue that gives out the newest item first: a stack. Python: `asyncio.LifoQueue`.
///
/// @param <T> the items
public final class LifoQueue<T> extends Queue<T> {

  /// A queue without a maximal size.
  public LifoQueue() {
    this(0);
  }

  /// A queue.
  ///
  /// @param maxsize how many items it holds at most; 0 or less is no limit
  public LifoQueue(int maxsize) {
    super(maxsize, Collections.asLifoQueue(new ArrayDeque<>()));
  }
}
