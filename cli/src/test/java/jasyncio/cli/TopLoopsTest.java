package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// In which order `jasyncio top` shows loops.
class TopLoopsTest {
  private static JsonObject answer(String... loops) {
    String all =
        Stream.of(loops)
            .map(loop -> loop.split("=", -1))
            .map(loop -> "{\"name\":\"%s\",\"busy\":%s}".formatted(loop[0], loop[1]))
            .collect(Collectors.joining(","));
    return JsonParser.parseString("{\"pid\":7,\"loops\":[" + all + "]}").getAsJsonObject();
  }

  private static List<String> names(JsonObject answer) {
    return PsCommand.objects(answer, "loops").stream()
        .map(loop -> loop.get("name").getAsString() + (loop.has("new") ? " new" : ""))
        .toList();
  }

  @Test
  void arrange_loopShownFirst_staysThereWhileItLives() {
    var loops = new TopLoops(new LoopFilter());
    assertThat(names(loops.arrange(answer("a=1", "b=2")))).containsExactly("b new", "a new");
    assertThat(names(loops.arrange(answer("a=9", "b=2", "c=50"))))
        .containsExactly("b", "a", "c new");
    assertThat(names(loops.arrange(answer("a=1", "c=9", "d=50"))))
        .containsExactly("a", "c", "d new");
    assertThat(names(loops.arrange(answer("c=1", "d=2", "e=50"))))
        .containsExactly("c", "d", "e new");
  }

  @Test
  void arrange_aLoopThatIsHeldUp_isTheBusiest() {
    JsonObject answer = answer("a=1", "b=2");
    answer.getAsJsonArray("loops").get(0).getAsJsonObject().remove("busy");
    assertThat(names(new TopLoops(new LoopFilter()).arrange(answer)))
        .containsExactly("a new", "b new");
  }

  @Test
  void arrange_oneIsWanted_thatAlone() {
    var loops = new TopLoops(LoopFilterTest.filter("a"));
    assertThat(names(loops.arrange(answer("a=1", "b=2")))).containsExactly("a new");
    JsonObject without = loops.arrange(answer("b=2"));
    assertThat(names(without)).isEmpty();
    assertThat(loops.lines(without, 80)).containsExactly("no event loop 'a' runs in process 7");
  }
}
