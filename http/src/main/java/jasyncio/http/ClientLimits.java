package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.TimerHandle;
import org.jspecify.annotations.Nullable;

/// How long an exchange of a client may take, and for how long the server may be silent meanwhile.
final class ClientLimits {
  /* Overview
   * Both limits share one timer, which is not moved with each piece that comes: it looks at what is due when it fires. It is
   * left to fire after the end of an exchange, too, and finds nothing to do, or the next one: exchanges are short.
   */
  static final double NEVER = Double.POSITIVE_INFINITY;

  /// What is done when the time is over.
  interface Watched {
    /// The time for all is over.
    void late();

    /// Nothing has come for too long.
    void silent();

    /// Whether it is not the server that is silent.
    boolean isExcused();
  }

  private final EventLoop loop;
  private final Watched watched;
  private @Nullable TimerHandle timer;
  private double lastActivity;
  private double silence = NEVER; // seconds for which there may be none
  private double deadline = NEVER;

  ClientLimits(EventLoop loop, Watched watched) {
    this.loop = loop;
    this.watched = watched;
  }

  /// An exchange begins.
  void begin(ClientExchange exchange) {
    lastActivity = loop.time();
    silence = exchange.silence();
    deadline = exchange.deadline();
    watch();
  }

  /// Something has come, or was taken.
  void active() {
    lastActivity = loop.time();
  }

  void until(double when) {
    deadline = Math.min(deadline, when);
    watch();
  }

  /// Nothing is watched any more; the timer finds nothing to do.
  void end() {
    silence = NEVER;
    deadline = NEVER;
  }

  /// Nothing is watched, and nothing fires.
  void stop() {
    end();
    cancelTimer();
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void watch() {
    double next = Math.min(deadline, lastActivity + silence);
    if (timer != null && timer.when() > next) {
      cancelTimer();
    }
    if (timer == null && next != NEVER) {
      timer = loop.callAt(next, this::fire);
    }
  }

  private void fire() {
    timer = null;
    double now = loop.time();
    if (now >= deadline) {
      watched.late();
    } else if (now < lastActivity + silence) {
      watch();
    } else if (watched.isExcused()) {
      lastActivity = now;
      watch();
    } else {
      watched.silent();
    }
  }
}
