package jasyncio.util;

import jasyncio.EventLoop;
import jasyncio.internal.face.Current;
import java.util.Objects;
import java.util.concurrent.Flow;

/// Streams of the JDK's [Flow], which Reactor, RxJava, Mutiny, R2DBC drivers and the JDK's own HTTP
/// client speak, in loops of coroutines, and the other way round; with back-pressure both ways.
///
/// ```java
/// import static jasyncio.Asyncio.*;
///
/// import jasyncio.util.Flows;
/// import java.util.concurrent.SubmissionPublisher;
///
/// void main() {
///   run(() -> {
///     try (var source = new SubmissionPublisher<String>(); var items = Flows.iterate(source)) {
///       source.submit("one");
///       source.submit("two");
///       source.close();
///       for (var item : items) {
///         IO.println(item);
///       }
///     }
///   });
/// }
/// ```
///
/// What speaks `org.reactivestreams` is adapted by that library's `FlowAdapters`, or by Reactor's
/// `JdkFlowAdapter`. A single result is a `CompletionStage` (`mono.toFuture()`), which `await`
/// takes.
public final class Flows {
  private static final int BUFFER = 32;

  private Flows() {}

  /// Subscribes to a publisher, for a loop over what it sends; 32 items are asked for ahead. Does
  /// not suspend.
  ///
  /// @param <T> the items
  /// @param publisher may send on any thread
  /// @return the items, for the running loop; close it
  /// @throws IllegalStateException if no loop runs here
  public static <T> FlowItems<T> iterate(Flow.Publisher<? extends T> publisher) {
    return iterate(publisher, BUFFER);
  }

  /// Subscribes to a publisher, for a loop over what it sends. Does not suspend.
  ///
  /// @param <T> the items
  /// @param publisher may send on any thread
  /// @param buffer how many items are asked for ahead
  /// @return the items, for the running loop; close it
  /// @throws IllegalArgumentException if the buffer is not positive
  /// @throws IllegalStateException if no loop runs here
  public static <T> FlowItems<T> iterate(Flow.Publisher<? extends T> publisher, int buffer) {
    Objects.requireNonNull(publisher, "publisher");
    if (buffer < 1) {
      throw new IllegalArgumentException("buffer must be positive, not " + buffer);
    }
    var items = new FlowItems<T>(Current.loop(), publisher, buffer);
    publisher.subscribe(items.subscriber());
    return items;
  }

  /// Publishes what a loop over `items` gives, on the running loop: see [#publisher(EventLoop,
  /// Iterable)].
  ///
  /// @param <T> the items
  /// @param items the source
  /// @return a publisher
  /// @throws IllegalStateException if no loop runs here
  public static <T> Flow.Publisher<T> publisher(Iterable<? extends T> items) {
    return publisher(Current.loop(), items);
  }

  /// Publishes what a loop over `items` gives, such as a queue, a stream, or an asynchronous
  /// generator.
  ///
  /// Each subscriber has a task of its own, which takes an iterator and calls the subscriber, on
  /// the loop. It takes the next item only when it is asked for one, so that all that is taken is
  /// sent; the end, too, is told when more is asked for. What the iterator throws is the
  /// subscriber's `onError`.
  ///
  /// Subscribers of a queue share what is in it. Nobody calls its `taskDone`, so its `join` waits
  /// until the subscribers, who know when they have done with an item, have called that.
  ///
  /// When the subscriber cancels, the task is cancelled; an iterator that is [AutoCloseable], as
  /// generators are, is closed in any case. What a subscriber throws ends its subscription, and
  /// goes to the loop's exception handler.
  ///
  /// @param <T> the items
  /// @param loop where it runs
  /// @param items the source; its iterator may suspend
  /// @return a publisher; any thread may subscribe
  public static <T> Flow.Publisher<T> publisher(EventLoop loop, Iterable<? extends T> items) {
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(items, "items");
    return subscriber -> new FlowFeed<T>(loop, items, subscriber).begin();
  }
}
