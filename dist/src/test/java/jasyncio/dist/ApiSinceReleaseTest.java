package jasyncio.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The public API against that of the last release. Each module's own test has its listing as it
/// is; the listings as they were released lie beside them.
class ApiSinceReleaseTest {
  private static final Path API = Path.of("../docs/api");
  private static final Path RELEASED = API.resolve("released");
  private static final Pattern RELEASE = Pattern.compile("(?m)^## \\d");

  private static List<String> listings(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".txt") && name.startsWith("jasyncio"))
          .sorted()
          .toList();
    }
  }

  @Test
  void whatBreaks_isWhatTheCommittedListSays() throws IOException {
    var changes = new ArrayList<String>();
    for (var name : listings(RELEASED)) {
      var now = API.resolve(name);
      var current = Files.exists(now) ? Files.readString(now) : "";
      changes.addAll(ApiChanges.between(Files.readString(RELEASED.resolve(name)), current));
    }
    var known =
        Files.readAllLines(RELEASED.resolve("breaks.txt")).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .toList();
    assertThat(changes)
        .as("what breaks users since the last release stands in breaks.txt, each with its reason")
        .containsExactlyInAnyOrderElementsOf(known);
  }

  /// Else the next release would be compared with nothing.
  @Test
  void listings_ofTheLastRelease_areKept() throws IOException {
    var isReleased = RELEASE.matcher(Files.readString(Path.of("../CHANGELOG.md"))).find();
    if (isReleased) {
      assertThat(listings(RELEASED)).isNotEmpty().isSubsetOf(listings(API));
    } else {
      assertThat(listings(RELEASED)).isEmpty();
    }
  }
}
