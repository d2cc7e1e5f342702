package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFileTest {
  @TempDir Path dir;

  private void assertRefused(Path file, String sentence) {
    assertThatThrownBy(() -> SourceFile.read(file.toString()))
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.USAGE))
        .hasMessage("jasyncio: " + sentence.formatted(file));
  }

  @Test
  void read_missing_saysSo() {
    assertRefused(dir.resolve("A.java"), "no such file: %s");
    assertRefused(dir.resolve("A"), "no such file: %s");
  }

  @Test
  void read_directory_saysSo() throws Exception {
    assertRefused(dir, "%s is a directory, not a .java file");
    assertRefused(
        Files.createDirectory(dir.resolve("odd.java")), "%s is a directory, not a .java file");
  }

  @Test
  void read_otherKindOfFile_saysSo() throws Exception {
    assertRefused(Files.writeString(dir.resolve("notes.txt"), ""), "%s is not a .java file");
  }

  @Test
  void read_suffixForgotten_namesTheFile() throws Exception {
    Files.writeString(dir.resolve("Hello.java"), "");
    assertRefused(
        dir.resolve("Hello"),
        "%s is not a .java file; did you mean " + dir.resolve("Hello.java") + "?");
  }

  @Test
  void read_noPermission_saysSo() throws Exception {
    Path file = Files.writeString(dir.resolve("A.java"), "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(file), "root may read everything");
    assertRefused(file, "no permission to read %s");
  }

  @Test
  void text_notUtf8_refused() throws Exception {
    Path file = Files.write(dir.resolve("A.java"), new byte[] {'/', '/', (byte) 0xff});
    SourceFile source = SourceFile.read(file.toString());
    assertThatThrownBy(source::text).hasMessage("jasyncio: " + file + " is not UTF-8 text");
  }

  @Test
  void text_shebang_becomesEmptyLine() throws Exception {
    Path file = Files.writeString(dir.resolve("A.java"), "#!/usr/bin/env jasyncio\nvoid main() {}");
    assertThat(SourceFile.read(file.toString()).text()).isEqualTo("\nvoid main() {}");
  }
}
