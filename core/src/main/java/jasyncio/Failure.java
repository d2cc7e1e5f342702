package jasyncio;

import jasyncio.internal.base.LeakDetector;
import java.util.List;
import java.util.Map;

/// The exception of a future, and whether anybody has seen it: if nobody ever does, that is told
/// when the future has been collected.
final class Failure {
  final Throwable error;
  volatile boolean read; // set by the loop's thread, asked by whoever reports

  Failure(Throwable error) {
    this.error = error;
  }

  /// Has it reported if `future` is collected before anybody read it.
  void track(Future<?> future) {
    var loop = future.getLoop();
    loop.leakDetector.track(future, new Unread(this, future));
  }

  /// What is kept of a failed future for the report of its exception.
  private static final class Unread implements LeakDetector.Tracker {
    private final Failure failure;
    private final EventLoop loop;
    private final String subject;
    private final String beginning;
    private final List<StackTraceElement> source;

    Unread(Failure failure, Future<?> future) {
      this.failure = failure;
      this.loop = future.getLoop();
      this.subject = future instanceof Task ? "Task" : "Future";
      this.beginning = "<" + future.kind() + " finished" + future.details(); // nobody else's code
      this.source = future.source();
    }

    @Override
    public boolean settled() {
      return failure.read;
    }

    @Override
    public void report() {
      var description = beginning + " exception=" + Describe.value(failure.error) + ">";
      loop.reports.tellFromAnywhere(
          new ErrorContext(
              subject + " exception was never retrieved",
              failure.error,
              new Shadow(loop, description, failure.error),
              null,
              null,
              source,
              List.of(),
              List.of(),
              Map.of()));
    }
  }

  /// Stands for a future that has been collected, in the report of its exception.
  static final class Shadow extends Future<Object> {
    private final String description;

    Shadow(EventLoop loop, String description, Throwable error) {
      super(loop);
      this.description = description;
      mark(EXCUSED); // it is being told
      fail(error);
    }

    @Override
    public String toString() {
      return description;
    }
  }
}
