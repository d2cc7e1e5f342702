package jasyncio.http;

import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.Http2Codec;
import java.util.function.BooleanSupplier;

/// Who sends something on an HTTP/2 connection, one after the other.
final class Http2Turns {
  /* Overview
   * A task sends one frame at a time. If the connection takes nothing, because its window is closed or the transport has
   * enough, it waits here; so it does if others wait, for they were first. Of those that wait one is on its way as long as
   * something can be sent. When it has sent its frame, or finds that it need not any more, it calls the next: next().
   */
  private final Http2Codec codec;
  private final WaitList waiting;
  private final Runnable heldUp;
  private boolean paused; // the transport has enough

  /// The turns of a connection.
  ///
  /// @param heldUp called when it is the connection's window that somebody waits for
  Http2Turns(Http2Codec codec, Object owner, WaitInfo.Source info, Runnable heldUp) {
    this.codec = codec;
    this.heldUp = heldUp;
    this.waiting = new WaitList(owner, info);
  }

  private boolean canSend() {
    return !paused && !codec.isFull();
  }

  /// Whether the connection's window is closed, and somebody waits for it.
  boolean isHeldUp() {
    return codec.isFull() && waiting.waiting() > 0;
  }

  void pause() {
    paused = true;
    codec.writingPaused(true);
  }

  void resume() {
    paused = false;
    codec.writingPaused(false);
    next();
  }

  boolean isPaused() {
    return paused;
  }

  /// Waits for a turn, or until `over` says that there is nothing to wait for. Suspends. Whoever
  /// comes back without an exception has to call [#next()] when it has sent something, or does not
  /// want to.
  ///
  /// @param over whether it is to wait no more
  void await(BooleanSupplier over) {
    boolean called = false;
    while (!over.getAsBoolean() && (!canSend() || (!called && waiting.size() > 0))) {
      var place = waiting.enter();
      if (codec.isFull()) {
        heldUp.run();
      }
      try {
        place.await();
      } catch (Throwable e) { // most likely a CancelledError
        place.leave();
        next();
        throw e;
      }
      place.leave();
      called = true;
    }
  }

  /// Wakes who waits next, if something can be sent.
  void next() {
    if (canSend()) {
      waiting.wakeFirstIfNoneIsOnTheWay();
    } else if (isHeldUp()) {
      heldUp.run();
    }
  }

  /// Wakes who waits, as one of them has nothing to wait for any more.
  void wakeAll() {
    waiting.wakeAll();
  }
}
