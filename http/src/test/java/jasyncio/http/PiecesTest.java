package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// What has come of a body.
class PiecesTest {
  private final Pieces pieces = new Pieces();

  @Test
  void smallPieces_arePutTogether() {
    for (int i = 0; i < 100_000; i++) {
      pieces.add(new byte[] {(byte) i});
    }
    var blocks = new ArrayList<ByteBuffer>();
    pieces.drainTo(blocks::add);
    assertThat(blocks).hasSizeLessThan(20);
    int n = 0;
    for (var block : blocks) {
      assertThat(block.capacity()).isLessThanOrEqualTo(2 * block.remaining());
      while (block.hasRemaining()) {
        assertThat(block.get()).isEqualTo((byte) n++);
      }
    }
    assertThat(n).isEqualTo(100_000);
  }

  @Test
  void pieces_areJoined_asOftenAsOneLikes() {
    assertThat(pieces.joined()).isEmpty();
    for (var each : new String[] {"a", "bc", "d".repeat(10_000), "e", "f".repeat(9000), "g"}) {
      pieces.add(each.getBytes(UTF_8));
    }
    var expected = "abc" + "d".repeat(10_000) + "e" + "f".repeat(9000) + "g";
    assertThat(new String(pieces.joined(), UTF_8)).isEqualTo(expected);
    assertThat(pieces.joined()).isSameAs(pieces.joined());
    assertThat(pieces.length()).isEqualTo(expected.length());
    pieces.clear();
    assertThat(pieces.joined()).isEmpty();
  }
}
