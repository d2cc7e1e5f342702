package jasyncio.queue;

import jasyncio.Future;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.internal.base.Members;
import jasyncio.queue.Queue.Selected;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Takes one item from one of several queues: see [Queue#select(List)].
///
/// It stands in line at all of them with one future, so that only one can wake it; the others pass
/// it over. If it does not take the item for which it was woken, be it because another queue comes
/// first or because it was cancelled, it wakes the next in that line.
final class Select<T> {
  private final List<? extends Queue<? extends T>> queues;

  Select(List<? extends Queue<? extends T>> queues) {
    Objects.requireNonNull(queues, "queues");
    if (queues.isEmpty()) {
      throw new IllegalArgumentException("select needs at least one queue to wait for");
    }
    this.queues = Members.copy(queues, "queue");
  }

  Selected<T> take() {
    var taken = tryTake();
    while (taken == null) {
      taken = waitAndTryTake();
    }
    return taken;
  }

  /// What there is, or `null` if there will be something later.
  private @Nullable Selected<T> tryTake() {
    boolean mayCome = false;
    for (var queue : queues) {
      if (!queue.empty()) {
        return new Selected<>(queue, queue.getNowait());
      }
      mayCome |= !queue.isShutdown();
    }
    if (!mayCome) {
      throw new QueueShutDownException("all queues are shut down and empty");
    }
    return null;
  }

  private @Nullable Selected<T> waitAndTryTake() {
    var places = new ArrayList<WaitList.Place>(queues.size());
    Queue<?> from = null;
    try {
      standInLine(places).await();
      var taken = tryTake();
      from = taken == null ? null : taken.queue();
      return taken;
    } finally {
      for (int i = 0; i < places.size(); i++) {
        places.get(i).leave();
        if (queues.get(i) != from) {
          queues.get(i).handOn(places.get(i));
        }
      }
    }
  }

  private WaitInfo waitInfo() {
    var depths = queues.stream().map(Queue::depth).toList();
    return new WaitInfo(
        WaitInfo.Kind.QUEUE,
        depths.stream()
            .map(WaitInfo.Depth::queue)
            .collect(Collectors.joining(", ", "an item of one of ", "")),
        List.of(),
        depths);
  }

  private Future<Boolean> standInLine(List<WaitList.Place> places) {
    Future<Boolean> wakeUp = null;
    for (var queue : queues) {
      if (wakeUp == null) {
        wakeUp = queue.getters().loop().createFuture(this::waitInfo);
      }
      places.add(queue.getters().enter(wakeUp));
    }
    return Objects.requireNonNull(wakeUp);
  }
}
