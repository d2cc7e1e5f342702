package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.queue.Queue;
import java.util.ArrayList;
import java.util.concurrent.TimeoutException;

/// A consumer that polls for messages with a time limit, which is around what it does with one that
/// it has got, too: if time is over then, the message is lost.
///
/// FAITHFUL: it comes just in time, and the rest takes a little longer.
final class TimeoutLosesResult {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "timeout that races its result",
          _ -> oneMessage(messages -> waitFor(() -> decoded(messages.get()), 1)),
          _ -> oneMessage(messages -> decoded(waitFor(() -> messages.get(), 1))));

  private TimeoutLosesResult() {}

  @FunctionalInterface
  private interface Poll {
    String next(Queue<String> messages) throws TimeoutException;
  }

  private static String decoded(String message) {
    sleep(0.05);
    return message;
  }

  private static void oneMessage(Poll poll) {
    var messages = new Queue<String>();
    var producer =
        createTask(
            () -> {
              sleep(0.5);
              messages.put("one");
            },
            "producer");
    var got = new ArrayList<String>();
    for (int i = 0; i < 3; i++) {
      try {
        got.add(poll.next(messages));
        break;
      } catch (TimeoutException e) { // there was none
      }
    }
    await(producer);
    while (!messages.empty()) {
      got.add(messages.getNowait());
    }
    assertThat(got).containsExactly("one");
  }
}
