package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jasyncio.http.Reading.Message;
import jasyncio.http.internal.ClientEvents;
import jasyncio.http.internal.Http1ClientCodec;
import jasyncio.http.internal.Http1Codec;
import jasyncio.http.internal.Http1Shared;
import jasyncio.http.internal.HttpEvents;
import jasyncio.http.internal.HttpLimits;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.RequestHead;
import jasyncio.http.internal.ResponseHead;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// What our codecs make of bytes.
final class CodecReader {
  private static final Http1Shared SERVER = new Http1Shared(new HttpLimits(8192, 16384, 100));
  private static final Http1Shared CLIENT =
      new Http1Shared(new HttpLimits(8192, 16384, Integer.MAX_VALUE));
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private CodecReader() {}

  /// As a server reads them: no further than the first request after which it closes the
  /// connection.
  ///
  /// @param pieces how many bytes come at once
  /// @param end whether the connection ends behind them; one that ends within a message is refused
  static Reading ofServer(byte[] input, IntSupplier pieces, boolean end) {
    var events = new Events();
    var codec = new Http1Codec(SERVER, events, data -> {});
    for (var piece : cut(input, pieces)) {
      codec.receive(piece);
    }
    if (end && codec.expectsMore()) {
      events.refuse("it is not complete");
    }
    return events.reading();
  }

  /// As a client reads them that asks again after each response.
  ///
  /// @param method of its requests
  /// @param end whether the connection ends behind them
  static Reading ofClient(byte[] input, IntSupplier pieces, String method, boolean end) {
    var events = new Events();
    var codec = new Http1ClientCodec(CLIENT, events, data -> {});
    codec.head(method, "/", Headers.none(), 0);
    for (var piece : cut(input, pieces)) {
      codec.receive(piece);
      while (events.isBetween()) {
        events.between = false;
        codec.head(method, "/", Headers.none(), 0);
        if (codec.hasLeftover()) {
          codec.receive(NOTHING.duplicate());
        }
      }
    }
    if (end) {
      codec.endOfInput();
    }
    return events.reading();
  }

  private static List<ByteBuffer> cut(byte[] input, IntSupplier pieces) {
    var result = new ArrayList<ByteBuffer>();
    for (int i = 0; i < input.length; ) {
      int n = Math.min(pieces.getAsInt(), input.length - i);
      result.add(ByteBuffer.wrap(input, i, n));
      i += n;
    }
    return result;
  }

  /// What was told, as messages. After one that closes the connection nothing counts.
  private static final class Events implements HttpEvents, ClientEvents {
    private final List<Message> messages = new ArrayList<>();
    private @Nullable String refusal;
    private String start = "";
    private List<String> fields = List.of();
    private final StringBuilder body = new StringBuilder();
    private boolean keepAlive = true;
    private boolean inMessage;
    private boolean between; // of a client: behind a response
    private boolean closed;

    boolean isBetween() {
      return between && !closed && refusal == null;
    }

    Reading reading() {
      if (inMessage) {
        messages.add(new Message(start, fields, body.toString(), List.of(), false, keepAlive));
        inMessage = false;
      }
      return new Reading(List.copyOf(messages), refusal);
    }

    private void begin(String newStart, Headers headers, boolean newKeepAlive, boolean ended) {
      if (closed) {
        return;
      }
      start = newStart;
      fields = listOf(headers);
      keepAlive = newKeepAlive;
      body.setLength(0);
      inMessage = true;
      if (ended) {
        finish(Headers.none());
      }
    }

    private void finish(Headers trailers) {
      if (inMessage) {
        messages.add(
            new Message(start, fields, body.toString(), listOf(trailers), true, keepAlive));
        inMessage = false;
        between = true;
        closed = !keepAlive;
      }
    }

    private void refuse(String why) {
      if (!closed) {
        refusal = why;
      }
    }

    private static List<String> listOf(Headers headers) {
      var result = new ArrayList<String>();
      for (int i = 0; i < headers.size(); i++) {
        result.add(headers.name(i));
        result.add(headers.value(i));
      }
      return List.copyOf(result);
    }

    @Override
    public void request(RequestHead head, boolean ended) {
      begin(
          head.method()
              + " "
              + head.target()
              + " 1."
              + (head.version() == HttpVersion.HTTP_1_0 ? 0 : 1),
          head.headers(),
          head.keepAlive(),
          ended);
    }

    @Override
    public void data(int stream, byte[] data) {
      data(data);
    }

    @Override
    public void data(byte[] data) {
      if (inMessage) {
        body.append(new String(data, ISO_8859_1));
      }
    }

    @Override
    public void end(int stream, Headers trailers) {
      finish(trailers);
    }

    @Override
    public void end(Headers trailers) {
      finish(trailers);
    }

    @Override
    public void refused(Refusal why) {
      refuse(why.status() + " " + why.why());
    }

    @Override
    public void informational(ResponseHead head) {
      begin(
          head.status() + " 1." + (head.version() == HttpVersion.HTTP_1_0 ? 0 : 1),
          head.headers(),
          true,
          true);
      between = false; // the one that counts follows
    }

    @Override
    public void response(ResponseHead head, boolean ended) {
      begin(
          head.status() + " 1." + (head.version() == HttpVersion.HTTP_1_0 ? 0 : 1),
          head.headers(),
          head.keepAlive(),
          ended);
      closed |= head.status() == 101;
    }

    @Override
    public void unreadable(String why) {
      refuse(why);
    }
  }
}
