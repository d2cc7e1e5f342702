package jasyncio.util;

import java.util.concurrent.Flow;

/// A subscription by which nothing comes: one that was given up, or never began.
enum NoSubscription implements Flow.Subscription {
  GONE;

  @Override
  public void request(long n) {}

  @Override
  public void cancel() {}
}
