package jasyncio.http.internal;

/// Looks through the bytes of a request's head before anything is made of them: whether it is
/// complete, within the limits, and written exactly as RFC 9112 says. Nothing is let through that
/// two programs might read differently: no bare line feed, no folded header, no blank before a
/// colon, no control character.
final class HeadScanner {
  /* Lines are checked once they are complete, and looked for from where the last search has ended: a head that comes byte
   * by byte costs no more than one that comes at once. Offsets are relative to where the head begins.
   */
  private static final byte[] VERSION = {'H', 'T', 'T', 'P', '/'};

  private final HttpLimits limits;
  private int searched; // no line feed before this
  private int lineStart;
  private int lines; // complete ones
  private int headersStart;
  private int minor;
  private boolean trailers; // and no head

  HeadScanner(HttpLimits limits) {
    this.limits = limits;
  }

  void reset() {
    searched = 0;
    lineStart = 0;
    lines = 0;
    trailers = false;
  }

  /// What is scanned next are the headers behind a chunked body.
  void beginTrailers() {
    reset();
    lines = 1;
    headersStart = 0;
    trailers = true;
  }

  /// Whether a part of a head was seen.
  boolean hasBegun() {
    return searched > 0;
  }

  /// The minor version of the head that was found last.
  int minor() {
    return minor;
  }

  /// {@return how long the head is, the empty line included, or -1 if it is not complete}
  int scan(byte[] bytes, int start, int end) throws Refusal {
    int i = start + searched;
    while (i < end) {
      if (bytes[i] == '\n') {
        int from = start + lineStart;
        if (i == from || bytes[i - 1] != '\r') {
          throw bad("A line ends with a line feed alone; it needs a carriage return before.");
        }
        checkLength(i - 1 - start);
        if (i - 1 == from) { // the empty line
          int length = i + 1 - start;
          reset();
          return length;
        }
        checkLine(bytes, from, i - 1);
        lines++;
        lineStart = i + 1 - start;
        if (lines == 1) {
          headersStart = lineStart;
        }
      }
      i++;
    }
    searched = end - start;
    checkLength(end - start);
    return -1;
  }

  /// Checks the limits, where `length` bytes of the head have come.
  private void checkLength(int length) throws Refusal {
    if (lines == 0) {
      if (length > limits.requestLine()) {
        throw new Refusal(
            414, "The request line is longer than " + limits.requestLine() + " bytes.");
      }
    } else if (length - headersStart > limits.headerBytes()) {
      throw new Refusal(431, what() + " are longer than " + limits.headerBytes() + " bytes.");
    }
  }

  private void checkLine(byte[] bytes, int from, int to) throws Refusal {
    if (lines == 0) {
      checkRequestLine(bytes, from, to);
      return;
    }
    if (lines > limits.headerCount()) {
      throw new Refusal(431, what() + " are more than " + limits.headerCount() + ".");
    }
    int i = from;
    while (i < to && Tokens.isTokenCharacter(bytes[i])) {
      i++;
    }
    if (i == from || i == to || bytes[i] != ':') {
      throw bad(
          bytes[from] == ' ' || bytes[from] == '\t'
              ? "A header is folded over two lines, which is obsolete."
              : "A header is not a name, a colon and a value.");
    }
    for (i++; i < to; i++) {
      byte b = bytes[i];
      if ((b >= 0 && b < ' ' && b != '\t') || b == 127) {
        throw bad("A header has a control character.");
      }
    }
  }

  private void checkRequestLine(byte[] bytes, int from, int to) throws Refusal {
    int i = from;
    while (i < to && Tokens.isTokenCharacter(bytes[i])) {
      i++;
    }
    if (i == from || i == to || bytes[i] != ' ') {
      throw bad("A request begins with a method and one blank.");
    }
    int target = ++i;
    while (i < to && bytes[i] > ' ' && bytes[i] != 127 && bytes[i] != '#') {
      i++;
    }
    if (i == target || i == to || bytes[i] != ' ') {
      throw bad(
          "The target of a request consists of visible ASCII characters, and one blank ends it.");
    }
    checkVersion(bytes, i + 1, to);
  }

  private void checkVersion(byte[] bytes, int from, int to) throws Refusal {
    boolean version = to - from == VERSION.length + 3 && bytes[to - 2] == '.';
    for (int i = 0; version && i < VERSION.length; i++) {
      version = bytes[from + i] == VERSION[i];
    }
    int major = version ? bytes[to - 3] - '0' : -1;
    minor = version ? bytes[to - 1] - '0' : -1;
    if (major < 0 || major > 9 || minor < 0 || minor > 9) {
      throw bad("A request line ends with the version, such as HTTP/1.1.");
    }
    if (major != 1) {
      throw new Refusal(505, "This server speaks HTTP/1.1.");
    }
    minor = Math.min(minor, 1);
  }

  private String what() {
    return trailers ? "The trailers" : "The headers";
  }

  private static Refusal bad(String why) {
    return new Refusal(400, why);
  }
}
