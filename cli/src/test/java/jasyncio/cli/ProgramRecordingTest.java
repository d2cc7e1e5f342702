package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a program says of where it leaves its recording is not believed.
class ProgramRecordingTest {
  @TempDir Path directory;

  /// A program that has started to record, and then is gone.
  private record Program(Path file) implements Answers {
    @Override
    public String ask(String question, Map<String, @Nullable String> values) throws IOException {
      if (question.equals("record-start")) {
        return "{\"file\":\"" + file + "\",\"bytes\":0}";
      }
      throw new IOException("process 4711 has ended");
    }

    @Override
    public void close() {}
  }

  private boolean takes(Path left) throws Exception {
    String pid = Long.toString(ProcessHandle.current().pid());
    var recording = ProgramRecording.start("test", pid, new Program(left), "none", 1);
    assertThatThrownBy(recording::size)
        .isInstanceOf(ProgramRecording.Gone.class)
        .hasMessage("process 4711 has ended");
    return recording.takeWhatIsLeft(directory.resolve("mine"));
  }

  @Test
  void file_thatLooksLikeARecordingOfTheUser_isTaken() throws Exception {
    Path left = Files.writeString(directory.resolve("jasyncio-record-1.jfr"), "FLR");
    assertThat(takes(left)).isTrue();
    assertThat(directory.resolve("mine")).hasContent("FLR");
    assertThat(left).doesNotExist();
  }

  @Test
  void file_ofAnotherName_orWhichLeadsElsewhere_isLeftAlone() throws Exception {
    Path precious = Files.writeString(directory.resolve("precious"), "data");
    assertThat(takes(precious)).isFalse();
    Path link = Files.createSymbolicLink(directory.resolve("jasyncio-record-2.jfr"), precious);
    assertThat(takes(link)).isFalse();
    assertThat(takes(directory.resolve("jasyncio-record-3.jfr"))).isFalse();
    assertThat(takes(Files.createFile(directory.resolve("jasyncio-record-4.jfr")))).isFalse();
    assertThat(precious).hasContent("data");
    assertThat(directory.resolve("mine")).doesNotExist();
  }
}
