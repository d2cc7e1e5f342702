package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.LoopStatistics;
import jasyncio.internal.base.LambdaNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/// What a visitor asks about the loops of this JVM, and is answered, as JSON. For one thread, and
/// not that of a loop.
///
/// A question is a line: a word, and `name=value` for what it depends on, in the way of a URL's
/// query, so that values may have blanks. The answer is a line as well.
final class Conversation implements AutoCloseable {
  private final Map<EventLoop, Measurement> measurements = new HashMap<>();
  private final Map<EventLoop, LambdaNames> names = new WeakHashMap<>(); // of what they run
  private @Nullable LagMeter lags; // from the first question that measures on
  private @Nullable FlightRecord record; // while something is recorded, and until it is fetched
  private @Nullable Prompt prompt; // from the first question that runs code on

  Conversation() {}

  /// Answers a question.
  String answer(String question) throws InterruptedException {
    try {
      var words = List.of(question.split(" ", -1));
      return Json.of(answer(words.getFirst(), Questions.of(words.subList(1, words.size()))));
    } catch (RuntimeException e) {
      return Json.of(Map.of("error", String.valueOf(e.getMessage())));
    }
  }

  /// Answers a question that has been taken apart.
  Map<String, @Nullable Object> answer(String word, Questions questions)
      throws InterruptedException {
    return switch (word) {
      case "ps" ->
          questions.ofEachLoop((loop, found) ->
              questions.groups(loop, found, measurements.get(loop), namesOf(loop)));
      case "pstree" ->
          questions.ofEachLoop((loop, found) -> questions.nodes(loop, found, namesOf(loop)));
      case "where" -> questions.ofEachLoop(questions::stacks);
      case "measure" -> {
        forgetTheClosed();
        yield questions.ofEachLoop((loop, found) -> measure(loop, questions, found));
      }
      case "record-start" -> startRecord(questions);
      case "record-state" -> record().state();
      case "record-stop" -> record().stop();
      case "record-read" -> record().read(Long.parseLong(questions.text("from")));
      case "cancel" -> Control.cancel(questions);
      case "debug" -> Control.debug(questions);
      case String repl when repl.startsWith("repl-") -> prompt(repl, questions);
      default -> throw new IllegalArgumentException("there is no question '" + word + "'");
    };
  }

  private Map<String, @Nullable Object> prompt(String word, Questions questions)
      throws InterruptedException {
    Prompt.checkAllowed();
    if (word.equals("repl-open") || word.equals("repl-close")) {
      closePrompt();
    }
    if (word.equals("repl-close")) {
      return Map.of();
    } else if (word.equals("repl-open")) {
      prompt = new Prompt(questions);
    } else if (prompt == null) {
      throw new IllegalArgumentException("a prompt begins with repl-open");
    }
    return prompt.answer(word, questions);
  }

  private void closePrompt() {
    if (prompt != null) {
      prompt.close();
      prompt = null;
    }
  }

  private @Nullable LoopStatistics measure(
      EventLoop loop, Questions questions, Map<String, @Nullable Object> found)
      throws InterruptedException {
    if (lags == null) {
      lags = new LagMeter();
    }
    var lag = lags.take(loop);
    if (lag != null) {
      found.put("lag", lag);
    }
    return measurements
        .computeIfAbsent(loop, l -> new Measurement(l, namesOf(l)))
        .take(questions.patience, questions.pace, found);
  }

  private LambdaNames namesOf(EventLoop loop) {
    return names.computeIfAbsent(loop, _ -> new LambdaNames());
  }

  private Map<String, @Nullable Object> startRecord(Questions questions) {
    if (record != null) {
      throw new IllegalArgumentException("something is recorded already in this visit");
    }
    record = FlightRecord.start(questions.text("settings"), Long.parseLong(questions.text("size")));
    return record.state();
  }

  private FlightRecord record() {
    if (record == null) {
      throw new IllegalArgumentException("nothing is recorded in this visit");
    }
    return record;
  }

  private void forgetTheClosed() {
    for (var loop : List.copyOf(measurements.keySet())) {
      if (loop.isClosed()) {
        Objects.requireNonNull(measurements.remove(loop)).close();
        Objects.requireNonNull(lags).forget(loop);
      }
    }
  }

  /// Nothing is measured or recorded any more, and what a prompt still runs is cancelled.
  @Override
  public void close() {
    closePrompt();
    measurements.values().forEach(Measurement::close);
    measurements.clear();
    if (lags != null) {
      lags.close();
    }
    if (record != null) {
      record.close();
    }
  }
}
