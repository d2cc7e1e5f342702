package jasyncio.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A staged release as small as it can be: a parent, a BOM, and one library.
final class PretendRelease {
  static final String VERSION = "1.2.3";

  private static final String PARENT =
      """
      <project>
        <groupId>io.github.jasyncio</groupId>
        <artifactId>jasyncio-parent</artifactId>
        <version>1.2.3</version>
        <packaging>pom</packaging>
        <name>parent</name>
        <description>What is common.</description>
        <url>https://example.com</url>
        <licenses><license><name>Apache-2.0</name><url>https://example.com/l</url></license></licenses>
        <developers><developer><name>Ada</name></developer></developers>
        <scm>
          <connection>scm:git:a</connection>
          <developerConnection>scm:git:b</developerConnection>
          <url>https://example.com/s</url>
        </scm>
      </project>
      """;
  private static final String CHILD =
      """
      <project>
        <parent>
          <groupId>io.github.jasyncio</groupId>
          <artifactId>jasyncio-parent</artifactId>
          <version>1.2.3</version>
        </parent>
        <artifactId>%1$s</artifactId>
        <name>%1$s</name>
        <description>What it is.</description>
        %2$s
      </project>
      """;
  private static final String NAMES =
      """
      <packaging>pom</packaging>
      <dependencyManagement>
        <dependencies>
          <dependency><artifactId>jasyncio</artifactId></dependency>
        </dependencies>
      </dependencyManagement>
      """;

  private final Path repository;
  private final Map<String, byte[]> files = new TreeMap<>();

  PretendRelease(Path repository) {
    this.repository = repository;
    text("jasyncio-parent", ".pom", PARENT);
    text("jasyncio-bom", ".pom", CHILD.formatted("jasyncio-bom", NAMES));
    text("jasyncio", ".pom", CHILD.formatted("jasyncio", ""));
    jar("jasyncio", ".jar", "module-info.class");
    jar("jasyncio", "-sources.jar", "jasyncio/Asyncio.java");
    jar("jasyncio", "-javadoc.jar", "index.html");
    text(
        "jasyncio",
        "-cyclonedx.json",
        "{\"bomFormat\": \"CycloneDX\", \"purl\": \"pkg:maven/io.github.jasyncio/jasyncio@1.2.3\"}");
  }

  PretendRelease text(String artifact, String end, String text) {
    files.put(place(artifact, end), text.getBytes(UTF_8));
    return this;
  }

  PretendRelease jar(String artifact, String end, String... entries) {
    var bytes = new ByteArrayOutputStream();
    try (var jar = new ZipOutputStream(bytes)) {
      for (var entry : entries) {
        jar.putNextEntry(new ZipEntry(entry));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.put(place(artifact, end), bytes.toByteArray());
    return this;
  }

  /// Replaces a part of a text.
  PretendRelease change(String artifact, String end, String from, String to) {
    var place = place(artifact, end);
    var text = new String(files.get(place), UTF_8);
    if (!text.contains(from)) {
      throw new AssertionError(place + " has no " + from);
    }
    return text(artifact, end, text.replace(from, to));
  }

  PretendRelease without(String artifact, String end) {
    files.remove(place(artifact, end));
    return this;
  }

  /// Writes everything, with checksums and signatures.
  PretendRelease write() throws IOException {
    for (var file : files.entrySet()) {
      var path = repository.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
      Files.writeString(Path.of(path + ".md5"), digest(file.getValue(), "MD5"));
      Files.writeString(Path.of(path + ".sha1"), digest(file.getValue(), "SHA-1"));
      Files.writeString(Path.of(path + ".asc"), "-----BEGIN PGP SIGNATURE-----\n");
    }
    return this;
  }

  /// A file that was written.
  Path path(String artifact, String end) {
    return repository.resolve(place(artifact, end));
  }

  private static String place(String artifact, String end) {
    return "io/github/jasyncio/" + artifact + "/1.2.3/" + artifact + "-1.2.3" + end;
  }

  private static String digest(byte[] bytes, String algorithm) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
