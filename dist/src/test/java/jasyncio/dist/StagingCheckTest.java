package jasyncio.dist;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.dist.StagingCheck.Extra;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A release that lacks something is not one: each thing that can be missing is told.
class StagingCheckTest {
  @TempDir Path dir;
  private PretendRelease release;

  @BeforeEach
  void pretend() {
    release = new PretendRelease(dir);
  }

  private List<String> faults() throws IOException {
    return StagingCheck.faults(dir, PretendRelease.VERSION, EnumSet.allOf(Extra.class));
  }

  @Test
  void faults_completeRelease_none() throws IOException {
    release.write();
    assertThat(faults()).isEmpty();
  }

  @Test
  void faults_emptyFolder_saysSo() throws IOException {
    assertThat(faults()).singleElement().asString().startsWith("there is nothing of");
  }

  @ParameterizedTest
  @ValueSource(strings = {".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json"})
  void faults_fileMissing_named(String end) throws IOException {
    release.without("jasyncio", end).write();
    assertThat(faults()).containsExactly("missing: jasyncio/1.2.3/jasyncio-1.2.3" + end);
  }

  @ParameterizedTest
  @ValueSource(strings = {".md5", ".sha1", ".asc"})
  void faults_whatBelongsToAFileMissing_named(String end) throws IOException {
    release.write();
    Files.delete(release.path("jasyncio", ".jar" + end));
    assertThat(faults()).containsExactly("missing: jasyncio/1.2.3/jasyncio-1.2.3.jar" + end);
  }

  @Test
  void faults_fileChangedAfterwards_checksumsSayIt() throws IOException {
    release.write();
    Files.writeString(release.path("jasyncio", ".pom"), "<!-- more -->", StandardOpenOption.APPEND);
    assertThat(faults())
        .containsExactly(
            "jasyncio/1.2.3/jasyncio-1.2.3.pom.md5 is not that of the file",
            "jasyncio/1.2.3/jasyncio-1.2.3.pom.sha1 is not that of the file");
  }

  @Test
  void faults_signatureThatIsNone_named() throws IOException {
    release.write();
    Files.writeString(release.path("jasyncio", ".jar.asc"), "signed");
    assertThat(faults()).containsExactly("jasyncio/1.2.3/jasyncio-1.2.3.jar.asc is no signature");
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "description"})
  void faults_pomWithoutItsOwn_doesNotTakeTheParents(String element) throws IOException {
    release
        .change("jasyncio", ".pom", "<" + element + ">", "<x>")
        .change("jasyncio", ".pom", "</" + element + ">", "</x>")
        .write();
    assertThat(faults())
        .containsExactly("jasyncio/1.2.3/jasyncio-1.2.3.pom has no <" + element + ">");
  }

  @ParameterizedTest
  @ValueSource(strings = {"connection", "developerConnection", "licenses", "developers"})
  void faults_elementThatNobodyHas_toldOfAllWhoInheritIt(String element) throws IOException {
    release
        .change("jasyncio-parent", ".pom", "<" + element + ">", "<x>")
        .change("jasyncio-parent", ".pom", "</" + element + ">", "</x>")
        .write();
    assertThat(faults())
        .hasSizeGreaterThanOrEqualTo(3)
        .allMatch(fault -> fault.contains(" has no ") && fault.contains(element));
  }

  @Test
  void faults_parentOfAnotherVersion_isNotStaged() throws IOException {
    release.change("jasyncio", ".pom", "<version>1.2.3<", "<version>1.2.2<").write();
    assertThat(faults())
        .contains(
            "jasyncio/1.2.3/jasyncio-1.2.3.pom has a parent that is not staged: jasyncio-parent");
  }

  @Test
  void faults_snapshot_named() throws IOException {
    release.change("jasyncio", ".pom", "</project>", "<!-- 1.0-SNAPSHOT --></project>").write();
    assertThat(faults()).containsExactly("jasyncio/1.2.3/jasyncio-1.2.3.pom names a snapshot");
  }

  @Test
  void faults_jarsWithTheWrongContent_saidWhatTheyLack() throws IOException {
    release
        .jar("jasyncio", ".jar", "jasyncio/Asyncio.class")
        .jar("jasyncio", "-sources.jar", "jasyncio/Asyncio.class")
        .jar("jasyncio", "-javadoc.jar", "README")
        .text("jasyncio", "-cyclonedx.json", "{}")
        .write();
    assertThat(faults())
        .containsExactly(
            "jasyncio/1.2.3/jasyncio-1.2.3.jar has no module descriptor",
            "jasyncio/1.2.3/jasyncio-1.2.3-sources.jar has no source",
            "jasyncio/1.2.3/jasyncio-1.2.3-javadoc.jar has no index.html",
            "jasyncio/1.2.3/jasyncio-1.2.3-cyclonedx.json is no inventory of"
                + " pkg:maven/io.github.jasyncio/jasyncio@1.2.3");
  }

  @Test
  void faults_bomThatForgetsALibraryAndNamesAnother_bothTold() throws IOException {
    release.change("jasyncio-bom", ".pom", ">jasyncio</artifactId>", ">other</artifactId>").write();
    assertThat(faults())
        .containsExactly(
            "the BOM does not name jasyncio", "the BOM names other, which is not staged");
  }

  @Test
  void faults_fileThatNobodyAskedFor_told() throws IOException {
    release.text("jasyncio", "-tests.jar", "x").write();
    assertThat(faults())
        .allMatch(fault -> fault.startsWith("does not belong there: jasyncio/1.2.3/"))
        .hasSize(4);
  }

  @Test
  void faults_unsignedTrial_needsNoSignatures() throws IOException {
    release.write();
    Files.delete(release.path("jasyncio", ".jar.asc"));
    assertThat(StagingCheck.faults(dir, PretendRelease.VERSION, EnumSet.of(Extra.INVENTORY)))
        .isEmpty();
  }
}
