package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.getRunningLoop;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Future;
import jasyncio.net.Sockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A worker with two connections, for orders and for data: orders were sent first, and so it thinks
/// that they come first.
///
/// FAITHFUL: nothing says which of two connections is ready first.
final class ChannelOrder {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "order of channels", _ -> orderAndData(new Worker()), _ -> orderAndData(new Mended()));

  private ChannelOrder() {}

  private static class Worker {
    final List<String> done = new ArrayList<>();
    final Future<Boolean> over = getRunningLoop().createFuture();
    private @Nullable String order;

    void order(String text) {
      order = text;
    }

    void data(String text) {
      done.add(order + " " + text);
      over.setResult(true);
    }

    final boolean hasOrder() {
      return order != null;
    }
  }

  private static final class Mended extends Worker {
    private @Nullable String early;

    @Override
    void order(String text) {
      super.order(text);
      if (early != null) {
        super.data(early);
      }
    }

    @Override
    void data(String text) {
      if (hasOrder()) {
        super.data(text);
      } else {
        early = text;
      }
    }
  }

  private interface Receiver {
    void receive(String text);
  }

  private static void orderAndData(Worker worker) throws IOException {
    var orders = Pipe.open();
    var data = Pipe.open();
    try {
      watch(orders, worker::order);
      watch(data, worker::data);
      orders.sink().write(ByteBuffer.wrap(new byte[] {'+'}));
      data.sink().write(ByteBuffer.wrap(new byte[] {'1'}));
      await(worker.over);
    } finally {
      for (var pipe : List.of(orders, data)) {
        Sockets.removeReader(pipe.source());
        pipe.source().close();
        pipe.sink().close();
      }
    }
    assertThat(worker.done).containsExactly("+ 1");
  }

  private static void watch(Pipe pipe, Receiver receiver) throws IOException {
    pipe.source().configureBlocking(false);
    Sockets.addReader(
        pipe.source(),
        () -> {
          var buffer = ByteBuffer.allocate(1);
          try {
            pipe.source().read(buffer);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          receiver.receive(new String(buffer.array(), java.nio.charset.StandardCharsets.US_ASCII));
        });
  }
}
