package jasyncio.http.internal;

import jasyncio.http.Headers;
import jasyncio.http.HttpVersion;

/// What comes before the body of a response.
///
/// @param version the version
/// @param status the status
/// @param headers the headers
/// @param length how long the body is; -1 if that shows at its end
/// @param keepAlive whether the connection can be used for another request after the body
public record ResponseHead(
    HttpVersion version, int status, Headers headers, long length, boolean keepAlive) {}
