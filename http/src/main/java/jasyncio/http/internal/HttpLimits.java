package jasyncio.http.internal;

/// How long a head may be.
///
/// @param requestLine the first line, in bytes
/// @param headerBytes all headers, in bytes
/// @param headerCount how many there may be
public record HttpLimits(int requestLine, int headerBytes, int headerCount) {}
