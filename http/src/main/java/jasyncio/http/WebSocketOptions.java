package jasyncio.http;

import jasyncio.http.internal.Tokens;
import jasyncio.net.ConnectOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a [WebSocket] behaves, and what it puts up with; immutable.
///
/// ```java fragment
/// WebSocketOptions.defaults().maxMessage(64 * 1024).subprotocols("chat.v2", "chat.v1");
/// ```
///
/// @param maxMessage how long a message may be that comes, in bytes, after decompression; 1 MiB by
///   default. For a longer one the socket is closed with code 1009
/// @param compression whether messages are compressed (permessage-deflate) if the other side can;
///   true by default. It costs some 300 KiB of memory for each connection that uses it
/// @param pingInterval how often a ping is sent; 20 s by default, zero for never
/// @param pingTime how long nothing may come after a ping, before the connection is taken to be
///   lost; 20 s by default
/// @param takeTime how long the other side may take nothing of what is sent, when more waits than
///   is good for the memory, before the connection is taken to be lost; 2 minutes by default
/// @param closeTime how long the other side may take to close, and a handler to end after that; 10
///   s by default
/// @param subprotocols what is spoken over the socket, the best first. A server takes the first
///   that the client offers, a client offers them all. None by default
/// @param origins for servers: from which origins, such as `https://example.org`, pages may
///   connect, `*` from all. By default, `null`, the page has to be of the same host and port.
///   Clients that are no browsers send no origin, and are let in
/// @param headers for clients: headers of the request, such as `Authorization`; none by default
/// @param openTime for clients: how long it may take to connect; 10 s by default
/// @param connect for clients: how to connect. TLS for `wss` trusts what the JVM trusts, unless it
///   is here
public record WebSocketOptions(
    int maxMessage,
    boolean compression,
    Duration pingInterval,
    Duration pingTime,
    Duration takeTime,
    Duration closeTime,
    List<String> subprotocols,
    @Nullable List<String> origins,
    Headers headers,
    Duration openTime,
    ConnectOptions connect) {
  private static final WebSocketOptions DEFAULTS =
      new WebSocketOptions(
          1024 * 1024,
          true,
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofMinutes(2),
          Duration.ofSeconds(10),
          List.of(),
          null,
          Headers.none(),
          Duration.ofSeconds(10),
          ConnectOptions.defaults());

  /// Checks the options, as the methods below do.
  ///
  /// @throws IllegalArgumentException if a limit or a time is not positive, or a subprotocol is no
  ///   token
  public WebSocketOptions {
    subprotocols = List.copyOf(subprotocols);
    origins = origins == null ? null : List.copyOf(origins);
    Checks.positive("maxMessage", maxMessage);
    Checks.notNegative("pingInterval", pingInterval);
    Checks.positive("pingTime", pingTime);
    Checks.positive("takeTime", takeTime);
    Checks.positive("closeTime", closeTime);
    Checks.positive("openTime", openTime);
    for (var subprotocol : subprotocols) {
      if (!Tokens.isToken(subprotocol)) {
        throw new IllegalArgumentException(
            "a subprotocol is a token, and not '" + Tokens.visible(subprotocol) + "'");
      }
    }
  }

  /// {@return the limits and times that are named above}
  public static WebSocketOptions defaults() {
    return DEFAULTS;
  }

  /// {@return these options with another longest message}
  ///
  /// @param maxMessage how long a message may be that comes, in bytes, after decompression
  public WebSocketOptions maxMessage(int maxMessage) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        origins,
        headers,
        openTime,
        connect);
  }

  /// {@return these options with compression allowed, or not}
  ///
  /// @param compression whether messages are compressed (permessage-deflate) if the other side can
  public WebSocketOptions compression(boolean compression) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        origins,
        headers,
        openTime,
        connect);
  }

  /// {@return these options with another time between pings}
  ///
  /// @param pingInterval how often a ping is sent
  public WebSocketOptions pingInterval(Duration pingInterval) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        origins,
        headers,
        openTime,
        connect);
  }

  /// {@return these options with another time to answer a ping}
  ///
  /// @param pingTime how long nothing may come after a ping, before the connection is taken to be
  ///   lost
  public WebSocketOptions pingTime(Duration pingTime) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        origins,
        headers,
        openTime,
        connect);
  }

  /// {@return these options with another `takeTime`}
  ///
  /// @param takeTime how long the other side may take nothing of what is sent
  public WebSocketOptions takeTime(Duration takeTime) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        origins,
        headers,
        openTime,
        connect);
  }

  /// {@return these options with another time to close}
  ///
  /// @param closeTime how long the other side may take to close, and a handler to end after that
  public WebSocketOptions closeTime(Duration closeTime) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        origins,
        headers,
        openTime,
        connect);
  }

  /// {@return these options with subprotocols}
  ///
  /// @param subprotocols what is spoken over the socket, the best first
  public WebSocketOptions subprotocols(String... subprotocols) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        List.of(subprotocols),
        origins,
        headers,
        openTime,
        connect);
  }

  /// {@return these options with pages of these origins let in}
  ///
  /// @param origins for servers: from which origins, such as `https://example.org`, pages may
  ///   connect, or `*`
  public WebSocketOptions origins(String... origins) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        List.of(origins),
        headers,
        openTime,
        connect);
  }

  /// {@return these options with headers of the request}
  ///
  /// @param headers for clients: headers of the request, such as `Authorization`
  public WebSocketOptions headers(Headers headers) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        origins,
        headers,
        openTime,
        connect);
  }

  /// {@return these options with another time to connect}
  ///
  /// @param openTime for clients: how long it may take to connect
  public WebSocketOptions openTime(Duration openTime) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        origins,
        headers,
        openTime,
        connect);
  }

  /// {@return these options with another way to connect}
  ///
  /// @param connect for clients: how to connect
  public WebSocketOptions connect(ConnectOptions connect) {
    return new WebSocketOptions(
        maxMessage,
        compression,
        pingInterval,
        pingTime,
        takeTime,
        closeTime,
        subprotocols,
        origins,
        headers,
        openTime,
        connect);
  }
}
