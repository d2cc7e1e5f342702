package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import org.jspecify.annotations.Nullable;

/// Stops a loop when the future is done that it runs for; an order to exit, which that may have
/// ended with, stops it by itself.
final class Stopper extends Entry {
  private final EventLoop loop;
  private final Future<?> main;

  Stopper(EventLoop loop, Future<?> main) {
    this.loop = loop;
    this.main = main;
  }

  @Override
  protected @Nullable Fiber turn() {
    main.markRead();
    var error = main.peekException();
    if (!(error instanceof KeyboardInterrupt || error instanceof SystemExit)) {
      loop.core.stop();
    }
    return null;
  }

  @Override
  public String toString() {
    return "_run_until_complete_cb()";
  }
}
