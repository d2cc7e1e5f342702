package jasyncio.testing;

/// Something that happened in a run, for those who look at it afterwards.
///
/// @param at nanoseconds of the run's time
/// @param host where it was; of a message, where that comes from; empty if only the text says
/// @param text what it was, in words
/// @param to of a message, where it goes; else empty
/// @param sent of a message, when; else 0
record TraceEvent(Kind kind, long at, String host, String text, String to, long sent) {
  enum Kind {
    /// Somebody had a turn.
    TURN,
    /// Something else.
    NOTE,
    /// What is not so in the plain run.
    DEVIATION,
    /// Something has arrived.
    MESSAGE,
    /// Something does not arrive.
    LOST
  }

  TraceEvent(Kind kind, long at, String host, String text) {
    this(kind, at, host, text, "", 0);
  }

  boolean isMessage() {
    return kind == Kind.MESSAGE || kind == Kind.LOST;
  }

  /// As a line of a trace.
  @Override
  public String toString() {
    return VirtualTime.text(at) + (kind == Kind.DEVIATION ? "  ! " : "  ") + text;
  }
}
