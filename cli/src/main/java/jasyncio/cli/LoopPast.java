package jasyncio.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a loop did in the last minute.
final class LoopPast {
  static final long KEPT_MILLIS = 60_000;
  private static final int MAX_SLOW = 200;
  private static final int MAX_HOT = 50;
  // Of the newest measurement alone: the others are out of date.
  private static final List<String> NEWEST = List.of("heldUpBy", "heldUpFor", "noAnswerFor");
  // Of the newest that the loop has answered. While it is held up, that is said to be old.
  private static final List<String> ANSWERED =
      List.of("loop", "statistics", "waits", "waitedFor", "queues", "sampled", "unawaited");
  private static final List<String> OF_A_POINT =
      List.of("seconds", "steps", "busy", "inSteps", "waited", "collector", "lag");

  /// A measurement.
  ///
  /// @param sequence the number of the round in which it was made
  /// @param at when, in milliseconds
  /// @param loop what was measured
  private record Sample(long sequence, long at, JsonObject loop) {}

  private final String name;
  private final ArrayDeque<Sample> samples = new ArrayDeque<>(); // never empty; newest last
  private final ArrayDeque<JsonObject> slow = new ArrayDeque<>();
  private @Nullable Sample answered; // the newest of those

  LoopPast(String name) {
    this.name = name;
  }

  /// Adds a measurement, and forgets what is older than a minute.
  void add(long sequence, long at, JsonObject loop) {
    var sample = new Sample(sequence, at, loop);
    samples.add(sample);
    if (loop.has("statistics")) {
      answered = sample;
    }
    for (JsonObject step : objects(loop, "slow")) {
      step.addProperty("sequence", sequence);
      step.addProperty("at", at - Math.round(step.get("ago").getAsDouble() * 1e3));
      step.remove("ago");
      slow.add(step);
    }
    while (samples.element().at < at - KEPT_MILLIS) {
      samples.remove();
    }
    while (slow.size() > MAX_SLOW
        || (!slow.isEmpty() && slow.element().get("at").getAsLong() < at - KEPT_MILLIS)) {
      slow.remove();
    }
  }

  /// Whether nothing of it is of the last minute.
  boolean isOver(long now) {
    return samples.getLast().at < now - KEPT_MILLIS;
  }

  /// Whether it has ended so soon that nothing was measured.
  ///
  /// @param sequence the newest round
  boolean wasMomentary(long sequence) {
    return samples.size() == 1 && hasEnded(sequence);
  }

  private boolean hasEnded(long sequence) {
    return samples.getLast().sequence < sequence;
  }

  /// What is to be shown of it.
  ///
  /// @param sequence the newest round: a loop that was not there in it has ended
  /// @param since what came in this round, or before, is known already
  /// @param window what is hottest is looked for in so many of the last milliseconds
  JsonObject describe(long sequence, long since, long window) {
    Sample newest = samples.getLast();
    var described = new JsonObject();
    described.addProperty("name", name);
    described.addProperty("ended", hasEnded(sequence));
    for (String property : NEWEST) {
      if (newest.loop.has(property)) {
        described.add(property, newest.loop.get(property));
      }
    }
    if (answered != null) {
      described.addProperty("answered", answered.at);
      for (String property : ANSWERED) {
        if (answered.loop.has(property)) {
          described.add(property, answered.loop.get(property));
        }
      }
    }
    var points = new JsonArray();
    samples.stream()
        .filter(sample -> sample.sequence > since)
        .forEach(sample -> points.add(point(sample)));
    described.add("points", points);
    var steps = new JsonArray();
    slow.stream().filter(step -> step.get("sequence").getAsLong() > since).forEach(steps::add);
    described.add("slow", steps);
    described.add("functions", hottest("functions", "name", newest.at - window));
    described.add("tasks", hottest("tasks", "number", newest.at - window));
    return described;
  }

  /// A measurement, as a point of the time line.
  private static JsonObject point(Sample sample) {
    var point = new JsonObject();
    point.addProperty("sequence", sample.sequence);
    point.addProperty("at", sample.at);
    for (String property : OF_A_POINT) {
      if (sample.loop.has(property)) {
        point.add(property, sample.loop.get(property));
      }
    }
    if (sample.loop.has("heldUpBy")) {
      point.addProperty("heldUp", true);
      String known = sample.loop.has("heldUpFor") ? "heldUpFor" : "noAnswerFor";
      if (sample.loop.has(known)) {
        point.add("heldUpFor", sample.loop.get(known));
      }
    }
    return point;
  }

  /// Adds up what has the same key, and sorts by the time that it took.
  private JsonArray hottest(String property, String key, long after) {
    var sums = new LinkedHashMap<JsonElement, JsonObject>();
    for (Sample sample : samples) {
      if (sample.at > after) {
        for (JsonObject entry : objects(sample.loop, property)) {
          sums.merge(entry.get(key), entry.deepCopy(), LoopPast::sum);
        }
      }
    }
    var hottest = new JsonArray();
    sums.values().stream()
        .sorted(
            Comparator.comparingDouble((JsonObject entry) -> entry.get("seconds").getAsDouble())
                .reversed())
        .limit(MAX_HOT)
        .forEach(hottest::add);
    return hottest;
  }

  private static JsonObject sum(JsonObject sum, JsonObject more) {
    sum.addProperty("steps", sum.get("steps").getAsLong() + more.get("steps").getAsLong());
    sum.addProperty(
        "seconds", sum.get("seconds").getAsDouble() + more.get("seconds").getAsDouble());
    sum.addProperty(
        "longest", Math.max(sum.get("longest").getAsDouble(), more.get("longest").getAsDouble()));
    return sum;
  }

  private static List<JsonObject> objects(JsonObject object, String name) {
    return object.has(name) ? PsCommand.objects(object, name) : List.of();
  }
}
