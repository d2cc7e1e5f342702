package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.http.internal.Http1Codec;
import jasyncio.http.internal.Http1Shared;
import jasyncio.http.internal.HttpEvents;
import jasyncio.http.internal.HttpLimits;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.RequestHead;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How often a connection is written to.
class OutputTest {
  private final List<Integer> written = new ArrayList<>();
  private final List<RequestHead> heads = new ArrayList<>();
  private final Http1Codec codec =
      new Http1Codec(
          new Http1Shared(new HttpLimits(8192, 16384, 100)),
          new HttpEvents() {
            @Override
            public void request(RequestHead head, boolean ended) {
              heads.add(head);
            }

            @Override
            public void data(int stream, byte[] data) {}

            @Override
            public void end(int stream, Headers trailers) {}

            @Override
            public void refused(Refusal refusal) {}
          },
          data -> written.add(data.remaining()));

  private void ask(int times) {
    var bytes = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(times).getBytes(ISO_8859_1);
    codec.receive(ByteBuffer.wrap(bytes));
    assertThat(heads).hasSize(times);
  }

  private void answer(int length) {
    for (var head : heads) {
      codec.response(head, 200, Headers.none(), new byte[length]);
    }
    codec.flush();
  }

  @Test
  void responsesToRequestsThatCameTogether_areOneWrite() {
    ask(3);
    answer(1000);
    assertThat(written).singleElement().satisfies(n -> assertThat(n).isGreaterThan(3000));
  }

  @Test
  void headAndBody_areOneWrite_unlessTheBodyIsLong() {
    ask(1);
    answer(32 * 1024);
    assertThat(written).hasSize(1);
    answer(32 * 1024 + 1);
    assertThat(written).hasSize(3).last().isEqualTo(32 * 1024 + 1); // which is not copied
  }
}
