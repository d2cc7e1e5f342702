/// Sockets, servers, streams, datagrams, TLS and pipes, on the running loop's own selector.
///
/// Two levels, as in asyncio. [Streams][jasyncio.net.Streams] is for code that reads and writes in
/// coroutines. [Transports][jasyncio.net.Transports] is for protocols written as callbacks: a
/// [Transport][jasyncio.net.Transport] moves bytes, a [Protocol][jasyncio.net.Protocol] is told of
/// them. [Datagrams][jasyncio.net.Datagrams] has both levels for UDP, and
/// [Sockets][jasyncio.net.Sockets] what the loop can do with a bare channel.
///
/// Whatever ends a connection (a reset, a refusal, a pipe that nobody reads any more) is a
/// [SocketException][java.net.SocketException]: Python's `ConnectionError`. What TLS says itself is
/// an [SSLException][javax.net.ssl.SSLException].
///
/// Everything here but options and TLS contexts belongs to the loop that ran when it was made, and
/// is used on its thread. What is still open when that loop is closed is closed with it, and its
/// protocol is not told.

package jasyncio.net;
