package jasyncio.testing.internal.net;

import java.nio.channels.SelectableChannel;

/// What a selector needs of a channel.
interface SimChannel {
  /// The channel, to the outside.
  SelectableChannel self();

  Endpoint endpoint();

  /// What is to be looked for, [Poll]'s bits, for some operations of a key. Under the lock.
  int pollBits(int ops);

  /// Which of the operations `asked` for [Poll]'s bits make possible.
  int readyOps(int bits, int asked);

  /// It is closed and on no selector any more: its socket can go.
  void kill();
}
