package jasyncio.http.internal;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.function.DoubleSupplier;

/// Counts what costs this side something and the other one next to nothing.
final class Http2Guard {
  /* Overview
   *   resets   streams that the other side has cancelled, or has had this side cancel by breaking a rule, within INTERVAL. Each
   *            may have begun work that is thrown away: CVE-2023-44487 (Rapid Reset), CVE-2025-8671 (MadeYouReset).
   *   patience for frames that bring no request forward: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, unknown ones, empty ones
   *            (CVE-2019-9512, 9515, 9518, to name some). Each takes one. A request, or a piece of a body in either direction,
   *            brings EARNED, for some of those frames are about it; and every INTERVAL there is at least PATIENCE again.
   *   owed     answers to SETTINGS and PING that were written while the other side does not read: what it could have this
   *            side keep
   */
  static final int MOST_RESETS = 200;
  static final int PATIENCE = 1000; // frames
  static final int EARNED = 4; // frames
  static final int MOST_PATIENCE = 16 * 1024; // frames
  static final int MOST_OWED = 1000;
  static final double INTERVAL = 30; // seconds

  private final DoubleSupplier clock;
  private double resetsSince;
  private int resets;
  private double patienceSince;
  private int patience = PATIENCE;
  private int owed;

  Http2Guard(DoubleSupplier clock) {
    this.clock = clock;
    this.patienceSince = clock.getAsDouble();
  }

  /// A stream was reset, on the other side's account.
  void reset() throws Http2Exception {
    double now = clock.getAsDouble();
    if (resets == 0 || now - resetsSince > INTERVAL) {
      resetsSince = now;
      resets = 0;
    }
    if (++resets > MOST_RESETS) {
      throw calm("more than " + MOST_RESETS + " streams were reset within 30 s");
    }
  }

  /// A frame has come that brings nothing forward.
  void chatter() throws Http2Exception {
    if (--patience >= 0) {
      return;
    }
    double now = clock.getAsDouble();
    if (now - patienceSince <= INTERVAL) {
      throw calm("too many frames have brought no request forward");
    }
    patienceSince = now;
    patience = PATIENCE;
  }

  /// A request was brought forward.
  void progress() {
    patience = Math.min(patience + EARNED, MOST_PATIENCE);
  }

  /// An answer to a frame was written, which the other side does not read for now.
  void owe() throws Http2Exception {
    if (++owed > MOST_OWED) {
      throw calm("answers to more than " + MOST_OWED + " frames were not read");
    }
  }

  /// The other side reads.
  void read() {
    owed = 0;
  }

  private static Http2Exception calm(String why) {
    return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, why);
  }
}
