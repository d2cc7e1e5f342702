package jasyncio.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Serves a visitor who has come in by a socket: what they ask, a line each, is answered by a line
/// until they leave.
final class LineService {
  /* Overview
   * One thread answers, and another one reads: so it is noticed at once when the visitor leaves while a loop, say, does
   * not answer, and the first one is interrupted. Who has only ended what they send still wants the answers: a blank,
   * which JSON may have before it, finds out which of the two it is.
   */
  private static final int MAX_LINE = 100_000;
  private static final int MAX_WAITING = 16; // questions that were read and not answered
  private static final Optional<String> END = Optional.empty(); // of the questions
  private static final byte[] BLANK = {' '};

  private final SocketChannel channel;
  private final BlockingQueue<Optional<String>> questions = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicInteger unanswered = new AtomicInteger(); // changed while it is written
  private final Object writing = new Object(); // held while somebody writes
  private final Thread answerer = Thread.currentThread();
  private boolean over; // the answerer has done; guarded by this

  private LineService(SocketChannel channel) {
    this.channel = channel;
  }

  /// Answers until the visitor leaves.
  static void serve(SocketChannel channel) {
    new LineService(channel).serve();
  }

  private void serve() {
    try (channel;
        var conversation = new Conversation()) {
      var reader =
          Thread.ofPlatform()
              .name("jasyncio-insight-reader")
              .daemon()
              .inheritInheritableThreadLocals(false)
              .start(this::read);
      try {
        answerAll(conversation);
      } finally {
        end();
        reader.interrupt();
      }
    } catch (IOException | InterruptedException e) {
      return; // the visitor has left
    }
  }

  // ---- who answers ------------------------------------------------------------------------------

  private void answerAll(Conversation conversation) throws IOException, InterruptedException {
    var out = Channels.newOutputStream(channel);
    for (var question = questions.take(); question.isPresent(); question = questions.take()) {
      var answer = (conversation.answer(question.get()) + "\n").getBytes(UTF_8);
      synchronized (writing) {
        out.write(answer);
        out.flush();
        unanswered.decrementAndGet();
      }
    }
  }

  /// Nobody interrupts it any more.
  private synchronized void end() {
    over = true;
    Thread.interrupted();
  }

  // ---- who reads --------------------------------------------------------------------------------

  private void read() {
    try {
      var in = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), UTF_8));
      for (String line; (line = readLine(in)) != null; ) {
        unanswered.incrementAndGet();
        questions.put(Optional.of(line));
      }
      findOutWhetherTheyRead();
      questions.put(END);
    } catch (IOException e) {
      leave();
    } catch (InterruptedException e) {
      return; // the answerer has done
    }
  }

  private void findOutWhetherTheyRead() throws IOException {
    synchronized (writing) {
      if (unanswered.get() > 0) {
        Channels.newOutputStream(channel).write(BLANK);
      }
    }
  }

  private synchronized void leave() {
    if (!over) {
      questions.clear();
      questions.add(END); // if something keeps the interrupt for itself
      answerer.interrupt();
    }
  }

  private static @Nullable String readLine(Reader in) throws IOException {
    var line = new StringBuilder();
    for (int c; (c = in.read()) != '\n'; ) {
      if (c < 0) {
        return null;
      } else if (line.length() == MAX_LINE) {
        throw new IOException("a question of more than " + MAX_LINE + " characters");
      }
      line.append((char) c);
    }
    return line.toString();
  }
}
