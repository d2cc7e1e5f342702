package jasyncio.util;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.WaitInfo;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The task that sends items to one subscriber: see [Flows#publisher].
///
/// @param <T> the items
final class FlowFeed<T> implements Flow.Subscription {
  /* Overview
   * The task alone calls the subscriber, and only until it has told it the end, or `stopped` is set. The subscriber's
   * threads add to `demand`, and set `stopped` when they cancel, or ask wrongly, of which the task has to tell before it
   * ends. Either cancels the task, wherever that waits.
   */

  private final EventLoop loop;
  private final Iterable<? extends T> items;
  private final Flow.Subscriber<? super T> subscriber;
  private final Bell bell;
  private final AtomicLong demand = new AtomicLong(); // any thread, as the next
  private volatile @Nullable Throwable wrong; // what the subscriber did; set before the next
  private volatile boolean stopped;
  private @Nullable Task<?> task; // the loop's

  FlowFeed(
      EventLoop loop,
      Iterable<? extends T> items,
      Flow.@Nullable Subscriber<? super T> subscriber) {
    this.loop = loop;
    this.items = items;
    this.subscriber = Objects.requireNonNull(subscriber, "subscriber");
    this.bell =
        new Bell(loop, () -> new WaitInfo(WaitInfo.Kind.OTHER, "the demand of " + subscriber));
  }

  /// Any thread.
  void begin() {
    try {
      loop.callSoonThreadsafe(() -> task = loop.createTask(this::run));
    } catch (IllegalStateException e) {
      subscriber.onSubscribe(NoSubscription.GONE);
      subscriber.onError(e);
    }
  }

  // ---- the subscriber's side --------------------------------------------------------------------

  @Override
  public void request(long n) {
    if (stopped) {
      return; // whatever is asked for: nobody is told any more
    } else if (n <= 0) {
      wrong = new IllegalArgumentException("a subscriber must ask for a positive number, not " + n);
      cancel();
      return;
    }
    demand.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
    bell.ring();
  }

  @Override
  public void cancel() {
    stopped = true;
    try {
      loop.callSoonThreadsafe(() -> {
        if (task != null) {
          task.cancel("the subscriber has cancelled");
        }
      });
    } catch (IllegalStateException e) { // closed: so is the task
    }
  }

  // ---- the task ---------------------------------------------------------------------------------

  private void run() throws Exception {
    if (!tell(() -> subscriber.onSubscribe(this))) {
      return;
    }
    Throwable error = null;
    try {
      var iterator = items.iterator();
      try {
        send(iterator);
      } finally {
        if (iterator instanceof AutoCloseable closeable) {
          closeable.close();
        }
      }
    } catch (Throwable e) {
      error = e;
    }
    finish(error);
    if (error instanceof CancelledError cancelled) {
      throw cancelled;
    }
  }

  /// Nothing is taken before it is asked for: what was taken from a queue and not sent would be
  /// lost.
  private void send(Iterator<? extends T> iterator) {
    while (true) {
      bell.await(() -> stopped || demand.get() > 0);
      if (stopped || !iterator.hasNext()) {
        return;
      }
      T item = Objects.requireNonNull(iterator.next(), "a publisher sends no null");
      if (!tell(() -> subscriber.onNext(item))) {
        return;
      }
      demand.accumulateAndGet(1, (a, b) -> a == Long.MAX_VALUE ? a : a - b);
    }
  }

  private void finish(@Nullable Throwable error) {
    if (wrong != null || (error != null && !stopped)) {
      var cause = wrong != null ? wrong : error;
      tell(() -> subscriber.onError(cause));
    } else if (!stopped) {
      tell(subscriber::onComplete);
    } else if (error != null && !(error instanceof CancelledError)) {
      report(error); // of the clean-up; nobody else is told
    }
  }

  /// Calls the subscriber, and says whether it goes on.
  private boolean tell(Runnable call) {
    try {
      call.run();
      return true;
    } catch (CancelledError e) {
      throw e; // it may suspend
    } catch (Throwable e) {
      stopped = true;
      report(e);
      return false;
    }
  }

  private void report(Throwable error) {
    loop.callExceptionHandler(
        ErrorContext.of("Error of a subscriber, or of what is published to one")
            .exception(error)
            .detail("subscriber", subscriber));
  }
}
