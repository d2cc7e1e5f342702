import org.jspecify.annotations.NullMarked;

/// HTTP for jasyncio: a server whose handlers are plain methods that suspend, and a client.
///
/// Start with [jasyncio.http.Http]; [jasyncio.http.Router] leads requests to handlers, and
/// [jasyncio.http.HttpClient] asks servers.
@NullMarked
module jasyncio.http {
  requires static transitive org.jspecify;
  requires static com.fasterxml.jackson.databind; // JSON, if it is there
  requires static tools.jackson.databind; // the same
  requires transitive jasyncio;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.compression;
  requires io.netty.codec.http;
  requires io.netty.codec.http2;
  requires io.netty.common;
  requires io.netty.transport;

  exports jasyncio.http;

  uses jasyncio.http.JsonCodec;
}
