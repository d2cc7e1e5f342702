package jasyncio.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which loops `jasyncio top` shows, from one measurement to the next: the one that was shown first
/// stays first while it lives, though others come and go; then those that have lived longest, and
/// of these the busiest.
final class TopLoops {
  private final @Nullable String wanted;
  private Map<String, Integer> ages = Map.of(); // by name, in measurements
  private @Nullable String first;

  /// @param wanted the name of the only one to show; `null` for all
  TopLoops(@Nullable String wanted) {
    this.wanted = wanted;
  }

  /// Orders the loops of an answer, which is changed, and leaves out what is not wanted. Those that
  /// were not there the last time have property `new`: of them nothing is known yet.
  JsonObject arrange(JsonObject answer) {
    List<JsonObject> loops =
        PsCommand.objects(answer, "loops").stream()
            .filter(loop -> wanted == null || wanted.equals(name(loop)))
            .toList();
    var now = new HashMap<String, Integer>();
    loops.forEach(loop -> now.put(name(loop), ages.getOrDefault(name(loop), 0) + 1));
    ages = now;
    List<JsonObject> ordered =
        loops.stream()
            .sorted(
                Comparator.comparingInt((JsonObject loop) -> name(loop).equals(first) ? 0 : 1)
                    .thenComparingInt(loop -> -age(loop))
                    .thenComparingDouble(loop -> -busy(loop)))
            .toList();
    first = ordered.isEmpty() ? null : name(ordered.getFirst());
    var array = new JsonArray();
    for (JsonObject loop : ordered) {
      if (age(loop) == 1) {
        loop.addProperty("new", true);
      }
      array.add(loop);
    }
    answer.add("loops", array);
    return answer;
  }

  /// Checks that the one that is wanted is there when we begin; it may end later.
  ///
  /// @param all the answer before it is arranged
  void check(String command, JsonObject all) throws CommandException {
    List<String> names = PsCommand.objects(all, "loops").stream().map(PsCommand::name).toList();
    if (wanted != null && !names.contains(wanted)) {
      throw CommandException.failure(
          command,
          Visit.plain("no event loop '" + wanted + "' runs in process ")
              + all.get("pid").getAsLong()
              + (names.isEmpty() ? "" : "; there is " + String.join(", ", names)));
    }
  }

  /// The lines of an answer that was arranged.
  List<String> lines(JsonObject answer, int width) {
    return wanted != null && answer.getAsJsonArray("loops").isEmpty()
        ? List.of(
            Visit.plain(
                "no event loop " + wanted + " runs in process " + answer.get("pid").getAsLong()))
        : TopFrame.of(answer, width);
  }

  private int age(JsonObject loop) {
    return ages.getOrDefault(name(loop), 0);
  }

  private static String name(JsonObject loop) {
    return loop.get("name").getAsString();
  }

  /// What holds it up keeps it busy.
  private static double busy(JsonObject loop) {
    return loop.has("busy") ? loop.get("busy").getAsDouble() : Double.MAX_VALUE;
  }
}
