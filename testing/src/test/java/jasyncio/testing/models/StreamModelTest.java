package jasyncio.testing.models;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.sync.Lock;
import jasyncio.testing.MemoryStreams;
import jasyncio.testing.StreamPair;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written into a stream is read out of it, in order, whoever reads it in whatever pieces,
/// and whoever is cancelled meanwhile.
@Tag("slow")
class StreamModelTest {
  /// What tasks with an even number do to write, and those with an odd one to read.
  private enum Operation {
    WRITE_OR_READ,
    WRITE_OR_READ_A_LINE,
    WRITE_TWICE_OR_READ_EXACTLY,
    WRITE_OR_READ_WITHIN_A_SECOND,
    SLEEP
  }

  private static final int LIMIT = 16;
  private static final int WRITE = 20;
  private static final int EXACTLY = 25;
  private static final int LINE = 7;

  private static final class Streams extends Model<Operation> {
    private final StreamPair pair;
    private final StreamWriter writer;
    private final StreamReader reader;
    private final Lock reading = new Lock(); // one at a time may
    private int written;
    private int read;

    Streams(boolean lockstep) {
      pair = lockstep ? MemoryStreams.lockstepPair() : MemoryStreams.pair(LIMIT);
      writer = pair.left().writer();
      reader = pair.right().reader();
    }

    private static byte at(int index) {
      return index % LINE == LINE - 1 ? (byte) '\n' : (byte) ('A' + index % 26);
    }

    @Override
    void perform(int task, Operation operation) throws Exception {
      if (operation == Operation.SLEEP) {
        sleep(1);
      } else if (task % 2 == 0) {
        switch (operation) {
          case WRITE_TWICE_OR_READ_EXACTLY -> {
            write(task);
            write(task);
          }
          case WRITE_OR_READ_WITHIN_A_SECOND -> inTime(() -> write(task));
          default -> write(task);
        }
      } else {
        try (var _ = reading.acquire()) {
          switch (operation) {
            case WRITE_OR_READ_A_LINE -> {
              int end = read + LINE - read % LINE;
              took(waits(task, "readline()", () -> written >= end, () -> reader.readline()));
              ensure(read == end, "it read beyond the line, or not to its end");
            }
            case WRITE_TWICE_OR_READ_EXACTLY -> {
              int before = read;
              took(
                  waits(
                      task,
                      "readexactly()",
                      () -> written >= before + EXACTLY,
                      () -> reader.readexactly(EXACTLY)));
              ensure(read == before + EXACTLY, "it read %d", read - before);
            }
            case WRITE_OR_READ_WITHIN_A_SECOND -> inTime(() -> read(task));
            default -> read(task);
          }
        }
      }
    }

    private interface Part {
      void run() throws Exception;
    }

    private static void inTime(Part part) throws Exception {
      try {
        waitFor(part::run, 1);
      } catch (TimeoutException e) { // as it may
      }
    }

    private void write(int task) throws Exception {
      var bytes = new byte[WRITE];
      for (int i = 0; i < WRITE; i++) {
        bytes[i] = at(written + i);
      }
      written += WRITE;
      writer.write(bytes);
      waits(
          task,
          "drain()",
          () -> !isQuiet() || read == written,
          () -> {
            writer.drain();
            return true;
          });
    }

    private void read(int task) throws Exception {
      took(waits(task, "read()", () -> read < written, () -> reader.read(15)));
    }

    private void took(byte[] bytes) {
      ensure(bytes.length > 0 && read + bytes.length <= written, "it read %d", bytes.length);
      for (byte b : bytes) {
        ensure(b == at(read), "byte %d is not what was written", read);
        read++;
      }
    }

    @Override
    void end() throws Exception {
      writer.writeEof();
      while (read < written) {
        took(reader.read(100));
      }
      ensure(reader.read(1).length == 0, "it read more than was written");
      pair.close();
      sleep(0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bytes_areReadOnce_inOrder(boolean lockstep) {
    Model.check(
        lockstep ? "lockstep streams" : "streams",
        Program.draw(20, List.of(Operation.values())),
        () -> new Streams(lockstep));
  }
}
