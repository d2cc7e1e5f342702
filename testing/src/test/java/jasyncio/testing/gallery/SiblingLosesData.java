package jasyncio.testing.gallery;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.ExceptionGroup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// A group of senders, each of which takes a mail out of the outbox: when one of them fails the
/// others are cancelled, and their mails are neither sent nor in the outbox.
///
/// FAITHFUL: one server is too slow once.
final class SiblingLosesData {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "failure of a sibling that loses data",
          _ -> twoMails(SiblingLosesData::send),
          _ -> twoMails(SiblingLosesData::sendOrKeep));

  private SiblingLosesData() {}

  @FunctionalInterface
  private interface Sender {
    void send(Deque<String> outbox, List<String> sent) throws Exception;
  }

  private static void deliver() throws Exception {
    waitFor(() -> sleep(0.5), 1);
  }

  private static void send(Deque<String> outbox, List<String> sent) throws Exception {
    var mail = outbox.removeFirst();
    deliver();
    sent.add(mail);
  }

  private static void sendOrKeep(Deque<String> outbox, List<String> sent) throws Exception {
    var mail = outbox.removeFirst();
    boolean delivered = false;
    try {
      deliver();
      delivered = true;
    } finally {
      (delivered ? sent : outbox).add(mail);
    }
  }

  private static void twoMails(Sender sender) throws Exception {
    var outbox = new ArrayDeque<>(List.of("a", "b"));
    var sent = new ArrayList<String>();
    try {
      taskGroup(senders -> {
        senders.createTask(() -> sender.send(outbox, sent), "sender-1");
        senders.createTask(() -> sender.send(outbox, sent), "sender-2");
      });
    } catch (ExceptionGroup e) { // later, then
    }
    sent.addAll(outbox);
    assertThat(sent).containsExactlyInAnyOrder("a", "b");
  }
}
