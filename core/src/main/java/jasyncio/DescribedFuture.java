package jasyncio;

import org.jspecify.annotations.Nullable;

/// A future that says what those that await it wait for.
final class DescribedFuture<T extends @Nullable Object> extends Future<T> {
  private final WaitInfo.Source info;

  DescribedFuture(EventLoop loop, WaitInfo.Source info) {
    super(loop);
    this.info = info;
  }

  @Override
  WaitInfo waitInfo() {
    return WaitInfo.of(this, info);
  }
}
