package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.GatherOption;
import jasyncio.testing.TestScope;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// An upload into a temporary file, which is removed in the end, after a message to the log has
/// been sent: a cancellation that comes then cuts the clean-up short.
///
/// FAITHFUL: clients go away at any moment, which the clean-up may be.
final class CleanUpCutShort {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "clean-up that awaits",
          scope -> upload(scope, CleanUpCutShort::removeAfterTheLog),
          scope -> upload(scope, CleanUpCutShort::removeWhateverTheLogDoes));

  private CleanUpCutShort() {}

  private static void log() {
    sleep(0.01);
  }

  private static void removeAfterTheLog(Set<String> files) {
    log();
    files.remove("upload.tmp");
  }

  private static void removeWhateverTheLogDoes(Set<String> files) {
    try {
      log();
    } finally {
      files.remove("upload.tmp");
    }
  }

  private static void upload(TestScope scope, Consumer<Set<String>> cleanUp) {
    var files = new HashSet<String>();
    var upload =
        createTask(
            () -> {
              files.add("upload.tmp");
              try {
                sleep(1); // data comes
                files.add("upload");
              } finally {
                cleanUp.accept(files);
              }
            },
            "upload");
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(scope.mayBeCancelled(upload))));
    assertThat(files).doesNotContain("upload.tmp");
  }
}
