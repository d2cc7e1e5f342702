package jasyncio.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WriteQueueTest {
  private static final int MOST = 128 * 1024;

  private final WriteQueue queue = new WriteQueue();
  private final Sink sink = new Sink();

  /// Takes as much as it has room for, and notes how much it was offered at most.
  private static final class Sink implements GatheringByteChannel {
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    int room = Integer.MAX_VALUE;
    long mostOffered;

    @Override
    public long write(ByteBuffer[] data, int offset, int length) {
      var offered = Arrays.asList(data).subList(offset, offset + length);
      mostOffered = Math.max(mostOffered, offered.stream().mapToLong(ByteBuffer::remaining).sum());
      long before = taken.size();
      for (var piece : offered) {
        var bytes = new byte[Math.min(room, piece.remaining())];
        piece.get(bytes);
        taken.writeBytes(bytes);
        room -= bytes.length;
      }
      return taken.size() - before;
    }

    @Override
    public long write(ByteBuffer[] data) {
      return write(data, 0, data.length);
    }

    @Override
    public int write(ByteBuffer data) {
      return (int) write(new ByteBuffer[] {data});
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static byte[] random(int size) {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @Test
  void writeTo_offersAHeaderTogetherWithTheBeginningOfALongBody() throws IOException {
    queue.add(ByteBuffer.wrap(random(100)));
    queue.add(ByteBuffer.wrap(random(10_000_000)));
    sink.room = MOST;
    queue.writeTo(sink);
    assertThat(sink.mostOffered).isEqualTo(MOST);
    assertThat(queue.size()).isEqualTo(10_000_100 - MOST);
  }

  @Test
  void writeTo_sendsEverythingInOrder_howeverLittleIsTaken() throws IOException {
    var random = new Random(4);
    var expected = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      var piece = random(random.nextInt(i % 50 == 0 ? 1_000_000 : 5_000));
      expected.writeBytes(piece);
      queue.add(ByteBuffer.wrap(piece));
    }
    while (queue.size() > 0) {
      sink.room = random.nextInt(300_000);
      queue.writeTo(sink);
      assertThat(sink.taken.size() + queue.size()).isEqualTo(expected.size());
    }
    assertThat(sink.taken.toByteArray()).isEqualTo(expected.toByteArray());
    assertThat(sink.mostOffered).isLessThanOrEqualTo(MOST);
  }

  @Test
  void join_putsPiecesTogether() {
    assertThat(WriteQueue.join(List.of(new byte[] {1, 2}, new byte[0], new byte[] {3})))
        .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }

  @Test
  void sum_thatCannotBeCounted_isRefusedInOneSentence() {
    assertThat(WriteQueue.sum(Integer.MAX_VALUE - 1, 1)).isEqualTo(Integer.MAX_VALUE);
    assertThatThrownBy(() -> WriteQueue.sum(Integer.MAX_VALUE, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("more than 2 GiB would wait to be sent; write less while writing is paused");
  }
}
