/// The machine behind `jasyncio.net`, from the top down:
///
/// - transports: [LoopTransport][jasyncio.internal.net.LoopTransport] is what all have in common,
///   their states and how they read; [Outgoing][jasyncio.internal.net.Outgoing] is what waits to be
///   sent; sockets, datagrams and pipes are made of these.
///   [TlsLayer][jasyncio.internal.net.TlsLayer] lies on top of one, with a
///   [TlsEngine][jasyncio.internal.net.TlsEngine];
/// - what makes connections: [Connector][jasyncio.internal.net.Connector],
///   [Listeners][jasyncio.internal.net.Listeners] and [Acceptor][jasyncio.internal.net.Acceptor],
///   [DatagramBinder][jasyncio.internal.net.DatagramBinder],
///   [Resolver][jasyncio.internal.net.Resolver];
/// - a program's own channels: [BareChannel][jasyncio.internal.net.BareChannel];
/// - ends of pipes, on the selector or with a thread for blocking calls, and queues of bytes;
/// - what a loop keeps for all of them: [LoopIo][jasyncio.internal.net.LoopIo].
package jasyncio.internal.net;
