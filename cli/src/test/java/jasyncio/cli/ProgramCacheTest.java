package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramCacheTest {
  @TempDir Path dir;

  private Path store() {
    return dir.resolve("cache/programs");
  }

  private ProgramCache cache() {
    return new ProgramCache(store(), "jdk 25");
  }

  private SourceFile source(String name, String text) throws Exception {
    return SourceFile.read(Files.writeString(dir.resolve(name), text).toString());
  }

  private static CompiledProgram program(SourceFile source, Map<String, byte[]> companions) {
    return new CompiledProgram(
        source, companions, List.of("A", "B"), Map.of("A", new byte[] {1, 2}, "B", new byte[0]));
  }

  private static CompiledProgram program(SourceFile source) {
    return program(source, Map.of());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(store())) {
      return files.sorted().toList();
    }
  }

  @Test
  void find_stored_givesItBack() throws Exception {
    SourceFile source = source("A.java", "class A {} class B {}");
    cache().store(program(source));
    CompiledProgram found = cache().find(source("A.java", "class A {} class B {}"));
    assertThat(found.typeNames()).containsExactly("A", "B");
    assertThat(found.classes()).hasSize(2);
    assertThat(found.classes().get("A")).containsExactly(1, 2);
  }

  @Test
  void find_anythingDifferent_null() throws Exception {
    cache().store(program(source("A.java", "class A {}")));
    assertThat(cache().find(source("A.java", "class A { }"))).isNull();
    assertThat(cache().find(source("C.java", "class A {}"))).isNull();
    assertThat(new ProgramCache(store(), "jdk 26").find(source("A.java", "class A {}"))).isNull();
  }

  @Test
  void find_companionChangedOrGone_null() throws Exception {
    SourceFile source = source("A.java", "class A { B b; }");
    SourceFile companion = source("B.java", "class B {}");
    cache().store(program(source, Map.of("B.java", companion.bytes())));
    assertThat(cache().find(source)).isNotNull();
    Files.writeString(dir.resolve("B.java"), "class B { }");
    assertThat(cache().find(source)).isNull();
    Files.delete(dir.resolve("B.java"));
    assertThat(cache().find(source)).isNull();
  }

  @Test
  void find_damagedFile_null() throws Exception {
    SourceFile source = source("A.java", "class A {}");
    cache().store(program(source));
    Path file = files().getFirst();
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThat(cache().find(source)).as("%d bytes of %d", length, whole.length).isNull();
    }
  }

  @Test
  void store_noPlace_ignored() throws Exception {
    Files.writeString(dir.resolve("cache"), "a file where the directory should be");
    SourceFile source = source("A.java", "class A {}");
    cache().store(program(source));
    assertThat(cache().find(source)).isNull();
  }

  @Test
  void store_cacheFull_oldestGo() throws Exception {
    Files.createDirectories(store());
    for (int i = 0; i < 250; i++) {
      Path old = Files.createFile(store().resolve("P" + i + "-0.program"));
      Files.setLastModifiedTime(old, FileTime.fromMillis(1_000_000 + i));
    }
    cache().store(program(source("A.java", "class A {}")));
    assertThat(files())
        .hasSize(200)
        .anyMatch(file -> file.getFileName().toString().startsWith("A-"))
        .contains(store().resolve("P249-0.program"))
        .doesNotContain(store().resolve("P50-0.program"));
  }

  @Test
  void store_any_leavesNoPartsBehind() throws Exception {
    SourceFile source = source("A.java", "class A {}");
    cache().store(program(source));
    cache().store(program(source));
    assertThat(files()).hasSize(1);
  }
}
