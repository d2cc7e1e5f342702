package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// `--loop`, which leaves the other loops out of an answer.
class LoopFilterTest {
  private static final String COMMAND = "jasyncio ps";

  static LoopFilter filter(@Nullable String name) {
    var filter = new LoopFilter();
    filter.name = name;
    return filter;
  }

  private static JsonObject answer() {
    return JsonParser.parseString("{\"pid\":7,\"loops\":[{\"name\":\"a\"},{\"name\":\"b\"}]}")
        .getAsJsonObject();
  }

  private static List<String> names(JsonObject answer) {
    return PsCommand.objects(answer, "loops").stream().map(PsCommand::name).toList();
  }

  @Test
  void applyTo_leavesTheOthersOut() throws CommandException {
    assertThat(names(filter("b").applyTo(answer(), COMMAND))).containsExactly("b");
    assertThat(names(filter(null).applyTo(answer(), COMMAND))).containsExactly("a", "b");
  }

  @Test
  void applyTo_theWantedOneIsNotThere_saysWhichAre() throws CommandException {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> filter("no\nsuch").applyTo(answer(), COMMAND))
        .withMessage("jasyncio ps: no event loop 'no such' runs in process 7; there is a, b");
    JsonObject empty = JsonParser.parseString("{\"pid\":7,\"loops\":[]}").getAsJsonObject();
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> filter("a").applyTo(empty, COMMAND))
        .withMessage("jasyncio ps: no event loop 'a' runs in process 7");
    assertThat(names(filter(null).applyTo(empty, COMMAND))).isEmpty();
  }

  @Test
  void everyCommandThatShowsLoops_takesIt() {
    var all = JasyncioCommand.newCommandLine().getSubcommands();
    for (String name : List.of("ps", "pstree", "where", "top")) {
      CommandLine command = all.get(name);
      assertThat(command.getCommandSpec().findOption("--loop")).as(name).isNotNull();
    }
  }
}
