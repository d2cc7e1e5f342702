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
  private final LoopFilter filter;
  private Map<String, Integer> ages = Map.of(); // by name, in measurements
  private @Nullable String first;

  /// @param filter which are to be shown
  TopLoops(LoopFilter filter) {
    this.filter = filter;
  }

  /// Orders the loops of an answer, which is changed, and leaves out what is not wanted. Those that
  /// were not there the last time have property `new`: of them nothing is known yet.
  JsonObject arrange(JsonObject answer) {
    List<JsonObject> loops =
        PsCommand.objects(answer, "loops").stream().filter(filter::isMeant).toList();
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

  /// The lines of an answer that was arranged.
  List<String> lines(JsonObject answer, int width) {
    return filter.name != null && answer.getAsJsonArray("loops").isEmpty()
        ? List.of(filter.notThere(answer)) // it has ended
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
