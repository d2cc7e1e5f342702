package jasyncio.http.internal;

import jasyncio.http.Headers;
import jasyncio.http.HttpVersion;

/// What comes before the body of a request.
///
/// @param stream which of the connection's requests it is
/// @param version the version
/// @param method the method
/// @param target the target as it was sent; of the absolute form only path and query
/// @param authority the host, and perhaps port, that it is for; empty if an old client says none
/// @param headers the headers
/// @param length how long the body is; -1 if that shows at its end
/// @param keepAlive whether the client wants to go on with the connection
/// @param expectsContinue whether it waits to be asked for the body
public record RequestHead(
    int stream,
    HttpVersion version,
    String method,
    String target,
    String authority,
    Headers headers,
    long length,
    boolean keepAlive,
    boolean expectsContinue) {}
