package jasyncio.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Stages what this build has just made, as `./release` stages a release, but that nothing is
/// signed: a repository in which users' projects find it. Nothing is compiled a second time for
/// that.
final class StagedBuild {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path TARGET = ROOT.resolve("dist/target");
  private static final String BUILT = System.getProperty("jasyncio.version", "none");
  private static final Pattern LIBRARY =
      Pattern.compile("<artifactId>(jasyncio(?:-(?!bom)\\w+)?)</artifactId>");

  /// The version that it has in the repository: that of a release.
  static final String VERSION = BUILT.replace("-SNAPSHOT", "");

  private final Path repository;

  private StagedBuild(Path repository) {
    this.repository = repository;
  }

  Path repository() {
    return repository;
  }

  /// Whether all that is released has been built along with this module.
  static boolean isPossible() throws IOException {
    for (var library : libraries()) {
      if (!Files.exists(built(library, ".jar")) || !Files.exists(built(library, "-sources.jar"))) {
        return false;
      }
    }
    return Files.exists(built("jasyncio", "-javadoc.jar"));
  }

  /// Stages everything in a folder.
  static StagedBuild in(Path repository) throws IOException {
    var staged = new StagedBuild(repository);
    staged.pom("jasyncio-parent", ROOT);
    staged.pom("jasyncio-bom", ROOT.resolve("bom"));
    for (var library : libraries()) {
      staged.pom(library, folder(library));
      for (var end : List.of(".jar", "-sources.jar", "-javadoc.jar")) {
        if (Files.exists(built(library, end))) {
          staged.put(library, end, Files.readAllBytes(built(library, end)));
        }
      }
    }
    return staged;
  }

  /// Those that the BOM names, and the command line.
  private static List<String> libraries() throws IOException {
    var named =
        LIBRARY
            .matcher(Files.readString(ROOT.resolve("bom/pom.xml")))
            .results()
            .map(m -> m.group(1));
    return Stream.concat(named, Stream.of("jasyncio-cli")).toList();
  }

  private static Path folder(String artifact) {
    return ROOT.resolve(
        artifact.equals("jasyncio") ? "core" : artifact.substring("jasyncio-".length()));
  }

  /// The command line's jar has no version in its name, so that the script knows it.
  private static Path built(String artifact, String end) {
    var name = artifact.equals("jasyncio-cli") ? artifact : artifact + "-" + BUILT;
    return folder(artifact).resolve("target", name + end);
  }

  private void pom(String artifact, Path folder) throws IOException {
    var text = Files.readString(folder.resolve("pom.xml")).replace(BUILT, VERSION);
    put(artifact, ".pom", text.getBytes(UTF_8));
  }

  private void put(String artifact, String end, byte[] content) throws IOException {
    var place = repository.resolve("io/github/jasyncio", artifact, VERSION);
    Files.createDirectories(place);
    var file = place.resolve(artifact + "-" + VERSION + end);
    Files.write(file, content);
    var sums = new TreeMap<>(Map.of(".md5", "MD5", ".sha1", "SHA-1"));
    for (var sum : sums.entrySet()) {
      Files.writeString(Path.of(file + sum.getKey()), digest(content, sum.getValue()));
    }
  }

  private static String digest(byte[] content, String algorithm) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Runs Maven in a project of a user's. It finds jasyncio here and nowhere else, and plugins
  /// where this build has them: so it needs no network.
  Commands.Result build(Path project) throws IOException, InterruptedException {
    var local = TARGET.resolve("users-repository"); // kept, as copying the plugins takes a second
    delete(local.resolve("io/github/jasyncio"));
    var home = Path.of(System.getProperty("user.home"), ".m2", "repository").toString();
    var ours = Path.of(System.getProperty("localRepository", home));
    var settings = project.resolve("settings.xml");
    Files.writeString(
        settings,
        """
        <settings>
          <localRepository>%s</localRepository>
          <mirrors>
            <mirror><id>build</id><mirrorOf>central</mirrorOf><url>%s</url></mirror>
          </mirrors>
          <profiles>
            <profile>
              <id>staged</id>
              <repositories>
                <repository>
                  <id>staged</id>
                  <url>%s</url>
                  <releases><checksumPolicy>fail</checksumPolicy></releases>
                </repository>
              </repositories>
            </profile>
          </profiles>
          <activeProfiles><activeProfile>staged</activeProfile></activeProfiles>
        </settings>
        """
            .formatted(local, ours.toUri(), repository.toAbsolutePath().toUri()));
    return new Commands(project, Map.of())
        .run(
            ROOT.resolve("mvnw").toString(),
            "-B",
            "-ntp",
            "-q",
            "-s",
            settings.toString(),
            "package");
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (var all = Files.walk(folder)) {
        for (var file : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
