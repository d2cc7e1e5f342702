package jasyncio.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the jobs of a campaign have told.
final class SimReport {
  private static final String FIXED = "fixed";

  /// How far a test is, in all jobs together.
  private static final class Standing {
    long runs;
    long failed;
    @Nullable String over;
    final Map<String, Boolean> properties = new TreeMap<>();

    void add(JsonObject told) {
      runs += told.get("runs").getAsLong();
      failed += told.get("failed").getAsLong();
      if (!told.get("over").isJsonNull()) {
        over = told.get("over").getAsString();
      }
      told.getAsJsonObject("properties")
          .asMap()
          .forEach((name, held) -> properties.merge(name, held.getAsBoolean(), Boolean::logicalOr));
    }

    /// What was so in no run, if there was one in which it could be.
    List<String> missing() {
      return failed == runs
          ? List.of()
          : properties.entrySet().stream()
              .filter(e -> !e.getValue())
              .map(Map.Entry::getKey)
              .toList();
    }
  }

  private final SimTarget target;
  private final Map<Integer, JsonArray> standings = new TreeMap<>(); // of each job, the latest
  private final List<JsonObject> failures = new ArrayList<>();
  private final List<JsonObject> fixed = new ArrayList<>();
  private final Set<String> seen = new HashSet<>(); // failures
  private final List<String> problems = new ArrayList<>();

  SimReport(SimTarget target) {
    this.target = target;
  }

  void standing(int job, JsonObject told) {
    standings.put(job, told.getAsJsonArray("tests"));
  }

  /// A job itself has failed.
  void problem(String sentence) {
    problems.add(sentence);
  }

  /// Takes down a failure.
  ///
  /// @return what is to be said of it at once; empty if another job has told of it
  String found(JsonObject told) {
    var state = told.get("state").getAsString();
    var test = told.get("test").getAsString();
    if (!seen.add(state.equals(FIXED) + " " + test + " " + told.get("kind").getAsString())
        && !state.equals("known")) {
      return "";
    }
    told.remove("event");
    told.addProperty("command", command(told));
    (state.equals(FIXED) ? fixed : failures).add(told);
    var message = told.get("message").getAsString();
    return switch (state) {
      case "new" -> "\n" + whole("new failure: ", message, told);
      case "regression" -> "\n" + whole("it was fixed, and fails again: ", message, told);
      case FIXED -> "fixed: " + message;
      default -> "known: " + message.lines().findFirst().orElse("");
    };
  }

  private static String whole(String title, String message, JsonObject told) {
    return title
        + message
        + (told.get("deterministic").getAsBoolean()
            ? "\n  again:   " + told.get("command").getAsString()
            : "");
  }

  /// The command that runs it again.
  private String command(JsonObject told) {
    var test = told.get("test").getAsString();
    return "jasyncio sim --replay "
        + told.get("replay").getAsString()
        + " "
        + target.text()
        + "#"
        + test.substring(test.lastIndexOf('.') + 1);
  }

  int failures() {
    return failures.size();
  }

  long runs() {
    return tests().values().stream().mapToLong(standing -> standing.runs).sum();
  }

  int status() {
    return failures.isEmpty() && problems.isEmpty() && missing().isEmpty()
        ? ExitStatus.OK
        : ExitStatus.FAILED;
  }

  private Map<String, Standing> tests() {
    var tests = new LinkedHashMap<String, Standing>();
    for (var ofJob : standings.values()) {
      for (var told : ofJob) {
        var one = told.getAsJsonObject();
        tests.computeIfAbsent(one.get("test").getAsString(), _ -> new Standing()).add(one);
      }
    }
    return tests;
  }

  private Map<String, List<String>> missing() {
    var missing = new LinkedHashMap<String, List<String>>();
    tests()
        .forEach((name, standing) -> {
          if (!standing.missing().isEmpty()) {
            missing.put(name, standing.missing());
          }
        });
    return missing;
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// What is said in the end.
  String summary(double seconds, int jobs) {
    var text = new StringBuilder("\n");
    var tests = tests();
    text.append(SimProgress.rate(runs(), seconds))
        .append(" of ")
        .append(count(tests.size(), "test"))
        .append(" in ")
        .append(Times.text(seconds))
        .append(", ")
        .append(count(jobs, "job"));
    int width = tests.keySet().stream().mapToInt(String::length).max().orElse(0);
    tests.forEach((name, standing) ->
        text.append(
            String.format(
                Locale.ROOT,
                "\n  %-" + Math.max(width, 1) + "s  %,d runs, %,d failed%s",
                name,
                standing.runs,
                standing.failed,
                standing.over == null ? "" : "; " + standing.over)));
    missing()
        .forEach((name, properties) ->
            text.append("\n")
                .append(name)
                .append(": ")
                .append(String.join(", ", properties))
                .append(properties.size() == 1 ? " was" : " were")
                .append(
                    " so in no run; more of them, other faults, or another level may get there"));
    problems.forEach(problem -> text.append("\n").append(problem));
    text.append("\n").append(failures.isEmpty() ? "no failures" : failuresInWords());
    if (!fixed.isEmpty()) {
      text.append("; ").append(fixed.size()).append(" fixed");
    }
    for (var failure : failures) {
      text.append(
          String.format(
              Locale.ROOT,
              "\n  %-10s  %s",
              failure.get("state").getAsString(),
              failure.get("command").getAsString()));
    }
    return text.toString();
  }

  private String failuresInWords() {
    var states = new TreeMap<String, Integer>();
    failures.forEach(f -> states.merge(f.get("state").getAsString(), 1, Integer::sum));
    var parts = new ArrayList<String>();
    states.forEach((state, count) -> parts.add(count + " " + state));
    return count(failures.size(), "failure") + ": " + String.join(", ", parts);
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /// All of it, for other programs.
  JsonObject json(double seconds, int jobs, boolean interrupted) {
    var json = new JsonObject();
    json.addProperty("target", target.text());
    json.addProperty("status", status());
    json.addProperty("seconds", seconds);
    json.addProperty("jobs", jobs);
    json.addProperty("interrupted", interrupted);
    json.addProperty("runs", runs());
    var tests = new JsonArray();
    tests()
        .forEach((name, standing) -> {
          var one = new JsonObject();
          one.addProperty("test", name);
          one.addProperty("runs", standing.runs);
          one.addProperty("failed", standing.failed);
          one.addProperty("over", standing.over);
          var missing = new JsonArray();
          standing.missing().forEach(missing::add);
          one.add("missing", missing);
          tests.add(one);
        });
    json.add("tests", tests);
    var all = new JsonArray();
    failures.forEach(all::add);
    json.add("failures", all);
    var passing = new JsonArray();
    fixed.forEach(passing::add);
    json.add("fixed", passing);
    var trouble = new JsonArray();
    problems.forEach(trouble::add);
    json.add("problems", trouble);
    return json;
  }
}
