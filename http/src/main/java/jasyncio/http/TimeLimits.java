package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.TimerHandle;
import org.jspecify.annotations.Nullable;

/// How long a client of a server may take for what. One for each connection, whose streams it does
/// not know.
final class TimeLimits {
  /* Overview
   * Receiving: what the client has to send next, and until when, is in `awaited` and `deadline`.
   *
   *   NOTHING    it is the server's turn
   *   FIRST      a head, on a connection that was just opened: headerTime    \
   *   HEAD       the rest of a head that has begun: headerTime               / headIsLate()
   *   NEXT       a head, after a response: idleTime                            headIsLate()
   *   BODY       more of a body, each RATE_INTERVAL                            bodyIsDue(), which says it again if that was enough
   *   END        its end, after the last response: LINGER                      abort(), or END again while the response is taken
   *
   * What is awaited changes twice with each request, so its timer is not moved each time: it stays where it is as long as it
   * is not too late, looks at `deadline` when it fires, and is set again if that is later.
   *
   * Sending: `stall` runs from when there was too much unsent until there is not, or, after the last response, until
   * nothing is. It fires each idleTime, and the client has to have taken enough by then: `takenBefore` and `least` more.
   *
   * Leaving: `leaving` runs once the client has closed its sending side alone, with the response still to come.
   *
   * Nothing fires after stop().
   */
  static final double RATE_INTERVAL = 5; // seconds
  private static final double LINGER = 2; // seconds
  private static final double HALF_CLOSED = 1; // seconds
  private static final double NEVER = Double.POSITIVE_INFINITY;

  /// What is done when the time is over.
  interface Watched {
    /// A head has not come, or not as a whole.
    void headIsLate();

    /// It is time to look how much of bodies has come.
    void bodyIsDue();

    /// The client has closed its sending side a while ago.
    void hasLeft();

    /// The client does not end the connection, or takes too little of what was written.
    void abort();

    /// How many bytes were taken, in all.
    long taken();

    /// How many bytes were written and not taken.
    int unsent();
  }

  private enum Awaited {
    NOTHING,
    FIRST,
    HEAD,
    NEXT,
    BODY,
    END
  }

  private final EventLoop loop;
  private final Watched watched;
  private final double headerTime; // seconds
  private final double idleTime; // seconds

  private Awaited awaited = Awaited.NOTHING;
  private double deadline = NEVER;
  private @Nullable TimerHandle timer;

  private @Nullable TimerHandle stall;
  private final long least; // bytes in each idleTime
  private long takenBefore; // when it was looked at last

  private @Nullable TimerHandle leaving;

  TimeLimits(EventLoop loop, HttpOptions options, Watched watched) {
    this.loop = loop;
    this.watched = watched;
    this.headerTime = Checks.seconds(options.headerTime());
    this.idleTime = Checks.seconds(options.idleTime());
    this.least = options.leastTaken();
  }

  // ---- receiving --------------------------------------------------------------------------------

  void awaitNothing() {
    awaited = Awaited.NOTHING;
    deadline = NEVER;
  }

  void awaitFirst() {
    await(Awaited.FIRST, headerTime);
  }

  void awaitHead() {
    await(Awaited.HEAD, headerTime);
  }

  boolean isAwaitingHead() {
    return awaited == Awaited.FIRST || awaited == Awaited.HEAD;
  }

  void awaitNext() {
    await(Awaited.NEXT, idleTime);
  }

  boolean isAwaitingNext() {
    return awaited == Awaited.NEXT;
  }

  void awaitBody() {
    await(Awaited.BODY, RATE_INTERVAL);
  }

  boolean isAwaitingBody() {
    return awaited == Awaited.BODY;
  }

  void awaitEnd() {
    await(Awaited.END, LINGER);
  }

  private void await(Awaited what, double seconds) {
    awaited = what;
    deadline = loop.time() + seconds;
    if (timer != null && timer.when() > deadline) {
      timer.cancel();
      timer = null;
    }
    if (timer == null) {
      timer = loop.callAt(deadline, this::fire);
    }
  }

  private void fire() {
    var fired = timer;
    timer = null;
    if (fired == null || deadline == NEVER) {
      return;
    } else if (fired.when() < deadline) {
      timer = loop.callAt(deadline, this::fire);
      return;
    }
    switch (awaited) {
      case NOTHING -> {}
      case FIRST, HEAD, NEXT -> watched.headIsLate();
      case BODY -> watched.bodyIsDue();
      case END -> {
        if (watched.unsent() > 0) { // a slow client, which `stall` is for
          awaitEnd();
        } else {
          watched.abort();
        }
      }
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// What was written has to be taken.
  void awaitTaking() {
    if (stall == null) {
      takenBefore = watched.taken();
      stall = loop.callLater(idleTime, this::checkTaking);
    }
  }

  /// Enough of it was taken.
  void taken() {
    stall = cancelled(stall);
  }

  private void checkTaking() {
    stall = null;
    if (watched.unsent() == 0) {
      return;
    } else if (watched.taken() - takenBefore >= least) {
      awaitTaking();
    } else {
      watched.abort();
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// The client has closed its sending side, and may be waiting for the response or have gone.
  void expectLeaving() {
    leaving = loop.callLater(HALF_CLOSED, watched::hasLeft);
  }

  void stop() {
    awaitNothing();
    timer = cancelled(timer);
    stall = cancelled(stall);
    leaving = cancelled(leaving);
  }

  private static @Nullable TimerHandle cancelled(@Nullable TimerHandle handle) {
    if (handle != null) {
      handle.cancel();
    }
    return null;
  }
}
