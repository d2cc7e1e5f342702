package jasyncio.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// However the bytes of a stream are cut into pieces, and whenever they come: what is read is the
/// same.
@Timeout(600)
class StreamFuzzTest {
  private static final byte[] CRLF = {'\r', '\n'};
  private static final List<byte[]> SEVERAL =
      List.of(new byte[] {';'}, CRLF, new byte[] {'=', '='});

  /// Some bytes, rich in separators.
  private static byte[] data(Random random) {
    var data = new byte[random.nextInt(300)];
    var letters = "abcdefgh\n\n\r\r\n;=".getBytes(ISO_8859_1);
    for (int i = 0; i < data.length; i++) {
      data[i] = letters[random.nextInt(letters.length)];
    }
    return data;
  }

  /// Feeds the data in pieces, none to twelve in an iteration, and then the end.
  private static void feed(StreamReader reader, byte[] data, Random random) {
    createTask(() -> {
      for (int at = 0; at < data.length; ) {
        int count = Math.min(data.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 60));
        var piece = Arrays.copyOfRange(data, at, at + count);
        if (random.nextBoolean()) {
          reader.feedData(piece);
        } else {
          reader.feedData(ByteBuffer.wrap(piece));
        }
        at += count;
        if (random.nextBoolean()) {
          sleep(0);
        }
      }
      reader.feedEof();
    });
  }

  /// A read whose result does not depend on the pieces, as text.
  private static String step(StreamReader reader, Random random) throws IOException {
    try {
      return switch (random.nextInt(7)) {
        case 0 -> "line " + text(reader.readline());
        case 1 -> "text " + reader.readLine(ISO_8859_1);
        case 2 -> "exactly " + text(reader.readexactly(random.nextInt(40)));
        case 3 -> "until " + text(reader.readuntil(CRLF));
        case 4 -> "until one of " + text(reader.readuntil(SEVERAL));
        case 5 -> "stream " + text(reader.asInputStream().readNBytes(random.nextInt(20)));
        default -> random.nextInt(20) == 0 ? "rest " + text(reader.read()) : "skipped";
      };
    } catch (IncompleteReadException e) {
      return e.getMessage() + " " + text(e.partial());
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }

  private static List<String> steps(StreamReader reader, long seed) throws IOException {
    var random = new Random(seed);
    var results = new ArrayList<String>();
    while (!reader.atEof() && results.size() < 1000) {
      results.add(step(reader, random));
    }
    return results;
  }

  @Test
  void readsByContent_giveTheSame_howeverTheDataIsCut() throws Exception {
    run(() -> {
      for (long seed = 0; seed < 300; seed++) {
        var data = data(new Random(seed));
        var whole = new StreamReader();
        whole.feedData(data);
        whole.feedEof();
        var expected = steps(whole, seed);
        for (int cut = 0; cut < 5; cut++) {
          var reader = new StreamReader();
          reader.setTransport(
              new MemoryTransport(getRunningLoop(), new StreamReaderProtocol(reader)));
          feed(reader, data, new Random(1000 * seed + cut));
          // at the end of the data, but before the end of the stream, there may be an empty read
          // more
          assertThat(withoutTail(steps(reader, seed)))
              .as("seed %d, cut %d", seed, cut)
              .isEqualTo(withoutTail(expected));
        }
      }
    });
  }

  /// Without what was read at the very end, where there was nothing left.
  private static List<String> withoutTail(List<String> results) {
    int end = results.size();
    while (end > 0 && isEmpty(results.get(end - 1))) {
      end--;
    }
    return results.subList(0, end);
  }

  private static boolean isEmpty(String result) {
    return result.endsWith(" ") || result.equals("skipped") || result.equals("text null");
  }

  @Test
  void readsOfWhatIsThere_giveAllInOrder_howeverTheDataIsCut() throws Exception {
    run(() -> {
      for (long seed = 0; seed < 500; seed++) {
        var random = new Random(seed);
        var data = data(random);
        var reader =
            new StreamReader(1 + random.nextInt(50)); // so that the transport is paused, too
        reader.setTransport(
            new MemoryTransport(getRunningLoop(), new StreamReaderProtocol(reader)));
        feed(reader, data, new Random(seed));
        var out = new ByteArrayOutputStream();
        while (!reader.atEof()) {
          out.writeBytes(some(reader, random));
        }
        assertThat(text(out.toByteArray())).as("seed %d", seed).isEqualTo(text(data));
      }
    });
  }

  private static byte[] some(StreamReader reader, Random random) throws IOException {
    return switch (random.nextInt(4)) {
      case 0 -> reader.read(1 + random.nextInt(30));
      case 1 -> {
        var buffer = ByteBuffer.allocate(1 + random.nextInt(30));
        reader.read(buffer);
        yield Arrays.copyOf(buffer.array(), buffer.position());
      }
      case 2 -> {
        int b = reader.asInputStream().read();
        yield b < 0 ? new byte[0] : new byte[] {(byte) b};
      }
      default -> {
        var bytes = new byte[30];
        int count = reader.asInputStream().read(bytes, 0, 1 + random.nextInt(30));
        yield Arrays.copyOf(bytes, Math.max(0, count));
      }
    };
  }

  @Test
  void readsThatAreCancelledAtRandom_loseNothing() {
    run(() -> {
      for (long seed = 0; seed < 200; seed++) {
        var random = new Random(seed);
        var data = data(random);
        var reader = new StreamReader();
        feed(reader, data, new Random(seed));
        var out = new ByteArrayOutputStream();
        while (!reader.atEof()) {
          var task =
              createTask(() -> {
                byte[] taken;
                try {
                  taken =
                      switch (random.nextInt(4)) {
                        case 0 -> reader.read(7);
                        case 1 -> reader.readline();
                        case 2 -> reader.readexactly(20);
                        default -> reader.readuntil(CRLF);
                      };
                } catch (IncompleteReadException e) {
                  taken = e.partial();
                }
                out.writeBytes(taken);
              });
          for (int i = random.nextInt(4); i > 0; i--) {
            sleep(0);
          }
          task.cancel();
          while (!task.done()) {
            sleep(0);
          }
        }
        assertThat(text(out.toByteArray())).as("seed %d", seed).isEqualTo(text(data));
      }
    });
  }
}
