package jasyncio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Tasks, futures and handles are entries of the loop's queues, and inherit what the loop calls.
/// Nobody else can call it, so the published Javadoc must not show it.
class HiddenMachineryTest {
  /// A protected member of a top-level class, with its comment and annotations.
  private static final Pattern MEMBER =
      Pattern.compile("(?m)^((?:  ///.*\\n)*)(?:  @.*\\n)*  protected .*?(\\w+)(?:\\(.*| = .*)\\n");

  @Test
  @Tag("architecture")
  void loopsMachinery_isMarkedHidden() throws Exception {
    var sources = new ArrayList<Path>();
    var main = Path.of("src/main/java/jasyncio");
    sources.add(main.resolve("internal/loop/Entry.java"));
    sources.add(main.resolve("internal/loop/CancellableEntry.java"));
    try (var files = Files.list(main)) {
      files
          .filter(file -> file.toString().matches(".*/(Future|Task|Handle|TimerHandle)\\.java"))
          .forEach(sources::add);
    }
    var hidden = new ArrayList<String>();
    for (var source : sources) {
      for (var member : MEMBER.matcher(Files.readString(source)).results().toList()) {
        assertThat(member.group(1)).as("%s, %s", source, member.group(2)).contains("/// @hidden");
        hidden.add(member.group(2));
      }
    }
    assertThat(hidden).containsAll(List.of("turn", "run", "isWanted", "leftHeap", "IN_PLACE"));
  }
}
