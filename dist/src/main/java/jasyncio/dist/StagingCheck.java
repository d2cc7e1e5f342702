package jasyncio.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/// Looks through a staged release: is all there that Maven Central wants, and what we promise
/// beside that?
///
/// Maven Central wants jars with their sources, their Javadoc, checksums and signatures, and POMs
/// that say what it is, where it comes from, by whom, and under which licence. We add module
/// descriptors, inventories of what is inside (CycloneDX), and a BOM that names all libraries.
///
/// In one file and without libraries: `./release` runs it as `java StagingCheck.java`.
public final class StagingCheck {
  /// Each artifact's own; what the parent says of itself is no answer.
  private static final List<String> OWN = List.of("name", "description");

  /// An artifact's own, or its parent's.
  private static final List<String> INHERITED =
      List.of(
          "url",
          "licenses/license/name",
          "licenses/license/url",
          "developers/developer/name",
          "scm/connection",
          "scm/developerConnection",
          "scm/url");

  private static final String GROUP = "io.github.jasyncio";
  private static final String BOM = "jasyncio-bom";
  private static final String INVENTORY = "-cyclonedx.json";

  /// What is staged as a jar, and is no library: it is run from the class path, and no BOM names
  /// it.
  private static final Set<String> PROGRAMS = Set.of("jasyncio-cli");

  private static final String USAGE =
      "Usage: java StagingCheck.java [--unsigned] [--without-inventory] FOLDER VERSION";

  /// What a release has, and a trial of one need not have.
  public enum Extra {
    /// A signature of each file.
    SIGNATURES,
    /// A CycloneDX file for each jar.
    INVENTORY
  }

  private final Path folder;
  private final String version;
  private final Set<Extra> extras;
  private final List<String> faults = new ArrayList<>();
  private final Set<Path> expected = new TreeSet<>();

  private StagingCheck(Path repository, String version, Set<Extra> extras) {
    this.folder = repository.resolve(GROUP.replace('.', '/'));
    this.version = version;
    this.extras = extras;
  }

  /// Prints what is wrong, and ends with status 1 if anything is; with 2 if there is nothing to
  /// look through.
  ///
  /// @param args the options, the folder and the version
  /// @throws IOException if something cannot be read
  public static void main(String[] args) throws IOException {
    var words = new ArrayList<>(List.of(args));
    var extras = EnumSet.allOf(Extra.class);
    if (words.remove("--unsigned")) {
      extras.remove(Extra.SIGNATURES);
    }
    if (words.remove("--without-inventory")) {
      extras.remove(Extra.INVENTORY);
    }
    if (words.size() != 2 || !Files.isDirectory(Path.of(words.getFirst()))) {
      System.err.println(USAGE);
      System.exit(2);
    }
    var faults = faults(Path.of(words.getFirst()), words.getLast(), extras);
    faults.forEach(fault -> System.err.println("release: " + fault));
    if (!faults.isEmpty()) {
      System.exit(1);
    }
  }

  /// {@return what is missing or wrong, a line each; empty if the release is complete}
  ///
  /// @param repository the folder with the staged repository
  /// @param version the version that is to be released
  /// @param extras what is wanted beside the files that every artifact has
  /// @throws IOException if something cannot be read
  public static List<String> faults(Path repository, String version, Set<Extra> extras)
      throws IOException {
    var check = new StagingCheck(repository, version, extras);
    check.checkAll();
    return List.copyOf(check.faults);
  }

  private void checkAll() throws IOException {
    if (!Files.isDirectory(folder)) {
      faults.add("there is nothing of " + GROUP + " in " + folder);
      return;
    }
    var jars = new TreeSet<String>();
    try (var artifacts = Files.list(folder)) {
      for (var artifact : artifacts.sorted().toList()) {
        if (checkArtifact(artifact.getFileName().toString())) {
          jars.add(artifact.getFileName().toString());
        }
      }
    }
    jars.removeAll(PROGRAMS);
    checkBom(jars);
    checkNothingElse();
  }

  /// Returns whether it is a jar.
  private boolean checkArtifact(String artifact) throws IOException {
    var pom = file(artifact, ".pom");
    checkFile(pom);
    if (!Files.exists(pom)) {
      return false;
    }
    if (Files.readString(pom).contains("SNAPSHOT")) {
      faults.add(name(pom) + " names a snapshot");
    }
    var project = parse(pom);
    checkPom(pom, project);
    if (text(project, "packaging").equals("pom")) {
      if (Files.exists(file(artifact, INVENTORY))) { // as it comes for a parent, too
        checkInventory(artifact);
      }
      return false;
    }
    checkJar(
        artifact,
        ".jar",
        "module descriptor",
        jar -> PROGRAMS.contains(artifact) || has(jar, "module-info.class"::equals));
    checkJar(artifact, "-sources.jar", "source", jar -> has(jar, name -> name.endsWith(".java")));
    checkJar(artifact, "-javadoc.jar", "index.html", jar -> has(jar, "index.html"::equals));
    if (extras.contains(Extra.INVENTORY)) {
      checkInventory(artifact);
    }
    return true;
  }

  // ---- files ------------------------------------------------------------------------------------

  private Path file(String artifact, String end) {
    return folder.resolve(artifact, version, artifact + "-" + version + end);
  }

  private String name(Path file) {
    return folder.relativize(file).toString();
  }

  /// Is it there, with what belongs to it?
  private void checkFile(Path file) throws IOException {
    expected.add(file);
    if (!Files.exists(file) || Files.size(file) == 0) {
      faults.add("missing: " + name(file));
      return;
    }
    checkSum(file, ".md5", "MD5");
    checkSum(file, ".sha1", "SHA-1");
    if (extras.contains(Extra.SIGNATURES)) {
      var signature = beside(file, ".asc");
      if (!Files.exists(signature)) {
        faults.add("missing: " + name(signature));
      } else if (!Files.readString(signature).startsWith("-----BEGIN PGP SIGNATURE-----")) {
        faults.add(name(signature) + " is no signature");
      }
    }
  }

  private void checkSum(Path file, String end, String algorithm) throws IOException {
    var sum = beside(file, end);
    if (!Files.exists(sum)) {
      faults.add("missing: " + name(sum));
    } else if (!Files.readString(sum).strip().equals(digest(file, algorithm))) {
      faults.add(name(sum) + " is not that of the file");
    }
  }

  private static Path beside(Path file, String end) {
    return file.resolveSibling(file.getFileName() + end);
  }

  private static String digest(Path file, String algorithm) throws IOException {
    try {
      var digest = MessageDigest.getInstance(algorithm);
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What does not belong to this release would be published along with it.
  private void checkNothingElse() throws IOException {
    try (var all = Files.walk(folder)) {
      all.filter(Files::isRegularFile)
          .filter(file -> !expected.contains(withoutEnd(file)))
          .sorted()
          .forEach(file -> faults.add("does not belong there: " + name(file)));
    }
  }

  private static Path withoutEnd(Path file) {
    var name = file.getFileName().toString().replaceAll("(\\.(asc|md5|sha1|sha256|sha512))+$", "");
    return file.resolveSibling(name);
  }

  // ---- jars -------------------------------------------------------------------------------------

  private void checkJar(String artifact, String end, String what, Predicate<JarFile> fits)
      throws IOException {
    var file = file(artifact, end);
    checkFile(file);
    if (Files.exists(file)) {
      try (var jar = new JarFile(file.toFile())) {
        if (!fits.test(jar)) {
          faults.add(name(file) + " has no " + what);
        }
      }
    }
  }

  private static boolean has(JarFile jar, Predicate<String> name) {
    return jar.stream().anyMatch(entry -> name.test(entry.getName()));
  }

  private void checkInventory(String artifact) throws IOException {
    var file = file(artifact, INVENTORY);
    checkFile(file);
    if (Files.exists(file)) {
      var text = Files.readString(file, UTF_8);
      var self = "pkg:maven/" + GROUP + "/" + artifact + "@" + version;
      if (!text.contains("\"CycloneDX\"") || !text.contains(self)) {
        faults.add(name(file) + " is no inventory of " + self);
      }
    }
  }

  // ---- POMs -------------------------------------------------------------------------------------

  private void checkPom(Path pom, Element project) throws IOException {
    for (var element : OWN) {
      if (text(project, element).isEmpty()) {
        faults.add(name(pom) + " has no <" + element + ">");
      }
    }
    var parent = parent(pom, project);
    for (var element : INHERITED) {
      if (text(project, element).isEmpty()
          && parent.map(its -> text(its, element)).orElse("").isEmpty()) {
        faults.add(name(pom) + " has no " + element + ", and neither has its parent");
      }
    }
  }

  /// The POM that it inherits from, which is staged along with it.
  private Optional<Element> parent(Path pom, Element project) throws IOException {
    var artifact = text(project, "parent/artifactId");
    if (artifact.isEmpty()) {
      return Optional.empty();
    }
    var file = file(artifact, ".pom");
    if (!Files.exists(file) || !text(project, "parent/version").equals(version)) {
      faults.add(name(pom) + " has a parent that is not staged: " + artifact);
      return Optional.empty();
    }
    return Optional.of(parse(file));
  }

  /// The libraries are those that the BOM names.
  private void checkBom(Set<String> jars) throws IOException {
    var pom = file(BOM, ".pom");
    if (!Files.exists(pom)) {
      faults.add("missing: " + name(pom));
      return;
    }
    var named = new TreeSet<String>();
    for (var dependencies : children(parse(pom), "dependencyManagement")) {
      children(dependencies, "dependencies").stream()
          .flatMap(list -> children(list, "dependency").stream())
          .forEach(dependency -> named.add(text(dependency, "artifactId")));
    }
    jars.stream()
        .filter(jar -> !named.contains(jar))
        .forEach(jar -> faults.add("the BOM does not name " + jar));
    named.stream()
        .filter(name -> !jars.contains(name))
        .forEach(name -> faults.add("the BOM names " + name + ", which is not staged"));
  }

  private static Element parse(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      var factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return factory.newDocumentBuilder().parse(in).getDocumentElement();
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /// The text of the first element at a path of names, or an empty one.
  private static String text(Element from, String path) {
    var names = path.split("/", -1);
    Stream<Element> found = Stream.of(from);
    for (var name : names) {
      found = found.flatMap(element -> children(element, name).stream());
    }
    return found.map(element -> element.getTextContent().strip()).findFirst().orElse("");
  }

  private static List<Element> children(Element element, String name) {
    var nodes = element.getChildNodes();
    return IntStream.range(0, nodes.getLength())
        .mapToObj(nodes::item)
        .filter(node -> node.getNodeType() == Node.ELEMENT_NODE)
        .map(Element.class::cast)
        .filter(child -> child.getTagName().equals(name))
        .toList();
  }
}
