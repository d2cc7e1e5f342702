package jasyncio.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which loop of a running program an answer is about.
final class LoopFilter {
  @Option(names = "--loop", order = 4, paramLabel = "NAME", description = "Show this loop alone.")
  @Nullable String name;

  LoopFilter() {}

  /// Leaves the other loops out of an answer, which is changed.
  ///
  /// @return the answer
  /// @throws CommandException if the loop is not there
  JsonObject applyTo(JsonObject answer, String command) throws CommandException {
    check(answer, command);
    if (name != null) {
      var wanted = new JsonArray();
      PsCommand.objects(answer, "loops").stream().filter(this::isMeant).forEach(wanted::add);
      answer.add("loops", wanted);
    }
    return answer;
  }

  boolean isMeant(JsonObject loop) {
    return name == null || name.equals(loop.get("name").getAsString());
  }

  /// @throws CommandException if it is not there
  void check(JsonObject answer, String command) throws CommandException {
    List<JsonObject> loops = PsCommand.objects(answer, "loops");
    if (loops.stream().noneMatch(this::isMeant) && name != null) {
      throw CommandException.failure(
          command,
          notThere(answer)
              + (loops.isEmpty()
                  ? ""
                  : "; there is "
                      + String.join(", ", loops.stream().map(PsCommand::name).toList())));
    }
  }

  /// What a process is called where it is about this loop alone.
  String of(String process) {
    return name == null ? process : Visit.plain("loop '" + name + "' of ") + process;
  }

  /// Says that it is not there.
  String notThere(JsonObject answer) {
    return Visit.plain(
        "no event loop '" + name + "' runs in process " + answer.get("pid").getAsLong());
  }
}
