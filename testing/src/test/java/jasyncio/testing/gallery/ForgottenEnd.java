package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import jasyncio.GatherOption;
import jasyncio.queue.Queue;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// A producer that says when it is at its end, but not if it fails before: the consumer waits for
/// ever.
///
/// FAITHFUL: the source is too slow once.
final class ForgottenEnd {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "producer that forgets the end",
          _ -> producerAndConsumer(ForgottenEnd::produce),
          _ -> producerAndConsumer(ForgottenEnd::produceAndEnd));

  private static final String END = "end";

  private ForgottenEnd() {}

  @FunctionalInterface
  private interface Producer {
    void fill(Queue<String> lines) throws TimeoutException;
  }

  private static String read(int i) {
    sleep(0.5);
    return "line " + i;
  }

  private static void copy(Queue<String> lines) throws TimeoutException {
    for (int i = 1; i <= 3; i++) {
      int number = i;
      lines.put(waitFor(() -> read(number), 1));
    }
  }

  private static void produce(Queue<String> lines) throws TimeoutException {
    copy(lines);
    lines.put(END);
  }

  private static void produceAndEnd(Queue<String> lines) throws TimeoutException {
    try {
      copy(lines);
    } finally {
      lines.put(END);
    }
  }

  private static void producerAndConsumer(Producer producer) {
    var lines = new Queue<String>();
    var producing = createTask(() -> producer.fill(lines), "producer");
    var consuming =
        createTask(
            () -> {
              while (!lines.get().equals(END)) {
                sleep(0.01); // whatever is done with a line
              }
            },
            "consumer");
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(producing, consuming)));
  }
}
