package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS) // which has no such permissions
class UserCacheTest {
  @TempDir Path dir;

  private Path directory() {
    return UserCache.directory(dir.resolve("cache").toString(), "/nowhere", "part");
  }

  private String permissions() throws IOException {
    Path own = dir.resolve("cache/jasyncio");
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(own));
  }

  @Test
  void directory_new_isForItsOwnerAlone() throws Exception {
    assertThat(directory()).isEqualTo(dir.resolve("cache/jasyncio/part"));
    assertThat(permissions()).isEqualTo("rwx------");
    assertThat(directory()).isNotNull();
  }

  @Test
  void directory_othersMayWrite_notAfterwards() throws Exception {
    Path own = Files.createDirectories(dir.resolve("cache/jasyncio"));
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(directory()).isNotNull();
    assertThat(permissions()).isEqualTo("rwx------");
  }

  @Test
  void directory_ofSomebodyElse_null() throws Exception {
    Path own = Files.createDirectories(dir.resolve("cache/jasyncio"));
    try {
      Files.setAttribute(own, "unix:uid", 12345);
    } catch (IOException e) {
      assumeTrue(false, "only root can give a folder away");
    }
    assertThat(directory()).isNull();
  }

  @Test
  void directory_noHome_null() {
    assertThat(UserCache.directory(null, "?", "part")).isNull();
    assertThat(UserCache.directory(null, "", "part")).isNull();
    assertThat(UserCache.directory("relative", "/nowhere", "part")).isNull();
    assertThat(Path.of("?")).doesNotExist();
  }

  @Test
  void directory_home_dotCache() {
    assertThat(UserCache.directory(null, dir.toString(), "part"))
        .isEqualTo(dir.resolve(".cache/jasyncio/part"));
  }

  @Test
  void directory_noFolderPossible_null() throws Exception {
    Files.writeString(dir.resolve("cache"), "a file");
    assertThat(directory()).isNull();
  }
}
