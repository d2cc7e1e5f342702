package jasyncio.http;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testkit.ApiListing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The public API of the module is a committed file, as that of the core is.
class ApiListingTest {
  private static final Path LIST = Path.of("../docs/api/jasyncio.http.txt");

  @Test
  void publicApi_isWhatTheCommittedListSays() throws IOException {
    var listing = ApiListing.of(Path.of("src/main/java/module-info.java"), Http.class);
    if (Boolean.getBoolean("jasyncio.api.update")) {
      Files.writeString(LIST, listing);
    }
    assertThat(listing)
        .as("run again with -Djasyncio.api.update=true if the API was meant to change")
        .isEqualTo(Files.readString(LIST));
  }
}
