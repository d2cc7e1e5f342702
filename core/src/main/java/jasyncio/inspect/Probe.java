package jasyncio.inspect;

import java.io.IOException;

/// The door by which `jasyncio ps` and its like come into a JVM that nobody has prepared: they have
/// it made as an MBean, and go on by the socket that it opens. Not for programs.
///
/// Any thread may call it. Python: the remote debugging interface that `python -m asyncio ps` uses.
public final class Probe implements ProbeMBean {
  /// A probe; JMX makes it.
  public Probe() {}

  /// {@inheritDoc}
  ///
  /// The socket lies in a directory of its own that nobody else may enter. Both are gone as soon as
  /// the visitor is in, or if none comes within ten seconds; the thread, when they leave.
  @Override
  public String open() throws IOException {
    return InsightSocket.open().toString();
  }
}
