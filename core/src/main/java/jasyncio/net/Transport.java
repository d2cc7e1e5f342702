package jasyncio.net;

/// A stream of bytes in both directions. Python: `asyncio.Transport`.
public interface Transport extends ReadTransport, WriteTransport {}
