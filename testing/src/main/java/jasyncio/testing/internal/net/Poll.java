package jasyncio.testing.internal.net;

/// What a socket is ready for: the bits of Linux's `poll`.
final class Poll {
  static final int IN = 1;
  static final int OUT = 4;
  static final int ERR = 8;
  static final int HUP = 16;
  static final int ALL = IN | OUT | ERR | HUP;

  private Poll() {}
}
