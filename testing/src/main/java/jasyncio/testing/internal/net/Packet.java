package jasyncio.testing.internal.net;

/// Something that a link carries. Under the lock.
abstract class Packet {
  final String kind;
  final int bytes; // of a program's
  long sent;
  long due;
  long earliest; // it does not arrive before
  int flown; // how often it was on the way: it may be sent again
  boolean landed; // it would have arrived, but the link is held

  Packet(String kind, int bytes) {
    this.kind = kind;
    this.bytes = bytes;
  }

  /// It is at the other end.
  abstract void arrive();

  /// The link has lost it.
  void lost() {}

  /// What it takes on the wire, with headers.
  int size() {
    return bytes + Link.HEADERS;
  }

  /// What TCP sends again until it arrives, each time after twice the time.
  abstract static class Reliable extends Packet {
    private static final long LONGEST = 120_000_000_000L;

    final Link link;
    private final int retries;
    private final long timeout;
    private int attempt;

    /// @param retries after so many that are lost, it gives up
    /// @param timeout nanoseconds before the first
    Reliable(String kind, int bytes, Link link, int retries, long timeout) {
      super(kind, bytes);
      this.link = link;
      this.retries = retries;
      this.timeout = timeout;
    }

    final void send() {
      link.send(this);
    }

    @Override
    final void lost() {
      var net = link.net;
      long wait = Math.min(timeout << Math.min(attempt, 20), LONGEST);
      net.at(Math.max(net.nanos(), sent + wait), this::again);
    }

    private void again() {
      if (isObsolete()) {
        return;
      }
      if (attempt++ < retries) {
        send();
      } else {
        giveUp();
      }
    }

    /// Whether nobody needs it any more.
    abstract boolean isObsolete();

    abstract void giveUp();
  }
}
