package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.Asyncio;
import jasyncio.examples.MarkdownPage.Block;
import jasyncio.examples.MarkdownPage.Line;
import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Compiles and runs the Java in the documentation, and follows its links.
///
/// What is written after the three backticks says what is done with a block:
///
/// | fence | meaning |
/// | --- | --- |
/// | `java` | a complete program: compiled, and run in a process of its own, where it must end with exit code 0 |
/// | `java scheduled` | the same, but run on the scheduled fiber runtime only |
/// | `java fragment` | statements: compiled as the body of a method, not run |
/// | `java skip` | neither: code that is meant not to compile, or not Java of ours |
/// | `text` | if it is the next block after a program, under the same heading: its standard output |
/// | `text stderr` | likewise, its standard error |
///
/// In expected output `…` stands for anything within a line; alone on a line, for any number of
/// lines; and a number of seconds, such as `2 s`, for any that is not less. A fragment may use the methods that a comment on the line before it declares:
///
///     <!-- given: int f() { return 1; } -->
///
/// A block of any kind may be part of a file, line by line, which is named by a comment likewise:
///
///     <!-- from: examples/greeter/pom.xml -->
///
/// A complete program in `python` just before one in `java` is the same program, and prints the same.
///
/// The examples in the Javadoc of the core are treated in the same way, and so are the fragments in
/// that of the test kit, whose other examples are tests of its own.
class DocsTest {
  private static final Path ROOT = Programs.EXAMPLES.resolve("..").normalize();
  private static final Path JAVADOC = ROOT.resolve("core/src/main/java");
  private static final Path TESTING = ROOT.resolve("testing/src/main/java");
  private static final Path MAP = ROOT.resolve("docs/python-map.md");
  private static final Path ARCHITECTURE = ROOT.resolve("docs/architecture.md");
  private static final Path DECISIONS = ROOT.resolve("docs/decisions");
  private static final List<String> MAP_PACKAGES =
      List.of(
          "jasyncio.",
          "jasyncio.files.",
          "jasyncio.generator.",
          "jasyncio.gevent.",
          "jasyncio.inspect.",
          "jasyncio.lowlevel.",
          "jasyncio.net.",
          "jasyncio.process.",
          "jasyncio.queue.",
          "jasyncio.sync.",
          "jasyncio.util.",
          "java.io.",
          "java.lang.",
          "java.net.",
          "java.nio.file.",
          "java.util.concurrent.");
  private static final List<String> ARCHITECTURE_PACKAGES =
      Stream.concat(
              MAP_PACKAGES.stream(),
              Stream.of(
                  "jasyncio.http.",
                  "jasyncio.internal.base.",
                  "jasyncio.internal.face.",
                  "jasyncio.internal.fiber.",
                  "jasyncio.internal.jfr.",
                  "jasyncio.internal.loop.",
                  "jasyncio.internal.net.",
                  "jasyncio.internal.process.",
                  "jasyncio.testing."))
          .toList();

  private static final String IMPORTS =
      """
      import static jasyncio.Asyncio.*;
      import static jasyncio.generator.Generators.*;
      import jasyncio.*;
      import jasyncio.files.*;
      import jasyncio.generator.*;
      import jasyncio.inspect.*;
      import jasyncio.net.*;
      import static jasyncio.process.Subprocesses.*;
      import jasyncio.process.*;
      import jasyncio.util.*;
      """;
  private static final boolean SCHEDULED =
      System.getProperty("jasyncio.fibers", "scheduled").equals("scheduled");
  private static final Pattern CONSTANT = Pattern.compile("(?:([A-Z]\\w*)\\.)?([A-Z][A-Z_]+)");
  private static final Pattern METHOD = Pattern.compile("(?:([A-Z]\\w*)\\.)?([a-z]\\w+)\\(.*\\)");
  private static final Pattern TYPE =
      Pattern.compile("(?:new )?([A-Z]\\w*+)(?:<[^>]*>)?(?:\\(.*\\))?");
  private static final Pattern PACKAGE = Pattern.compile("jasyncio(\\.[a-z]+)*");
  private static final Pattern MEMBER =
      Pattern.compile(
          "([A-Z]\\w*(?:\\.[A-Z]\\w*[a-z]\\w*)*+)(?:\\.([A-Z_]+)|\\.([a-z]\\w*)\\(.*\\))?");
  private static final Pattern SECONDS = Pattern.compile("(\\d+(?:\\.\\d*)?)…? s\\b");
  private static final Pattern GIVEN = Pattern.compile("<!-- given: (.*) -->");
  private static final Pattern FROM = Pattern.compile("<!-- from: (.*) -->");
  private static final Pattern MAIN = Pattern.compile("\\bvoid main\\(");

  /// A block of Java.
  private record Snippet(MarkdownPage page, int index, Block block, String className) {
    String place() {
      return ROOT.relativize(page.path()) + ":" + block.line();
    }

    boolean isProgram() {
      return MAIN.matcher(block.text()).find() && !block.has("fragment") && !block.has("skip");
    }

    boolean isFragment() {
      return block.has("fragment");
    }

    String source() {
      if (isProgram()) {
        return block.text();
      }
      Matcher given = GIVEN.matcher(block.before());
      return IMPORTS
          + (given.matches() ? given.group(1) : "")
          + "\nvoid main() {}\nvoid fragment() throws Throwable {\n"
          + block.text()
          + "}\n";
    }

    /// What standard output or standard error must be, as far as the page says.
    List<String> expected(boolean stderr) {
      List<Block> blocks = page.blocks();
      for (int i = index + 1; i < blocks.size(); i++) {
        Block b = blocks.get(i);
        if (!b.is("text") || b.heading() != block.heading()) {
          break;
        }
        if (b.has("stderr") == stderr) {
          return b.text().lines().toList();
        }
      }
      return List.of("…");
    }
  }

  @TempDir static Path folder;
  private static final List<MarkdownPage> PAGES = new ArrayList<>();
  private static final List<Snippet> SNIPPETS = new ArrayList<>();
  private static ExecutorService slots;
  private static Map<Snippet, CompletableFuture<Run>> runs;

  @BeforeAll
  static void startAll() throws IOException {
    for (Path path : markdownFiles()) {
      PAGES.add(MarkdownPage.read(path));
    }
    PAGES.forEach(page -> collect(page, block -> true));
    for (Path path : files(JAVADOC, ".java")) {
      collect(MarkdownPage.parse(path, javadoc(path)), block -> true);
    }
    for (Path path : files(TESTING, ".java")) {
      collect(MarkdownPage.parse(path, javadoc(path)), block -> block.has("fragment"));
    }
    compile();
    slots = Executors.newFixedThreadPool(4);
    runs =
        SNIPPETS.stream()
            .filter(Snippet::isProgram)
            .filter(snippet -> SCHEDULED || !snippet.block().has("scheduled"))
            .collect(
                Collectors.toMap(
                    Function.identity(),
                    snippet -> CompletableFuture.supplyAsync(() -> run(snippet), slots)));
  }

  @AfterAll
  static void stopAll() {
    slots.shutdownNow();
  }

  // ---- programs ---------------------------------------------------------------------------------

  @TestFactory
  Stream<DynamicTest> program_printsWhatThePageSays() {
    return SNIPPETS.stream()
        .filter(Snippet::isProgram)
        .map(snippet -> DynamicTest.dynamicTest(snippet.place(), () -> check(snippet)));
  }

  @Test
  void everyJavaBlock_saysWhatItIs() {
    for (Snippet snippet : SNIPPETS) {
      boolean known = snippet.isProgram() || snippet.isFragment() || snippet.block().has("skip");
      assertTrue(
          known,
          () -> snippet.place() + ": no program; write `java fragment` or `java skip` if so meant");
    }
  }

  @Test
  void everyClassThatAsyncioHasNot_isInATutorialProgram() throws IOException {
    String tutorial = Files.readString(ROOT.resolve("docs/tutorial.md"));
    for (Path source : files(JAVADOC.resolve("jasyncio/util"), ".java")) {
      String name = source.getFileName().toString().replace(".java", "");
      boolean isPublic = Files.readString(source).contains("\npublic final class " + name);
      assertTrue(!isPublic || tutorial.contains("import jasyncio.util." + name + ";"), name);
    }
  }

  @Test
  void everyBlockThatIsPartOfAFile_isInThatFile() throws IOException {
    for (MarkdownPage page : PAGES) {
      for (Block block : page.blocks()) {
        Matcher from = FROM.matcher(block.before());
        if (from.matches()) {
          String file = Files.readString(ROOT.resolve(from.group(1)));
          assertTrue(
              file.contains("\n" + block.text()) || file.startsWith(block.text()),
              () -> page.path() + ":" + block.line() + " is not in " + from.group(1));
        }
      }
    }
  }

  @Test
  void pythonBesideAProgram_printsTheSame() throws IOException, InterruptedException {
    var python = Programs.findPython();
    assumeTrue(python.isPresent(), "needs CPython");
    for (Snippet snippet : SNIPPETS) {
      Block before = snippet.index() == 0 ? null : snippet.page().blocks().get(snippet.index() - 1);
      if (before != null && before.is("python") && snippet.isProgram()) {
        Run run = Programs.run(List.of(python.get(), "-c", before.text()));
        assertEquals(0, run.exit(), run::toString);
        assertMatches(snippet.expected(false), run.out(), run);
      }
    }
  }

  private static void check(Snippet snippet) {
    assumeTrue(runs.containsKey(snippet), "needs the scheduled fiber runtime");
    Run run = runs.get(snippet).join();
    assertEquals(0, run.exit(), run::toString);
    assertMatches(snippet.expected(false), run.out(), run);
    assertMatches(snippet.expected(true), run.err(), run);
  }

  private static void assertMatches(List<String> expected, List<String> actual, Run run) {
    if (!matches(expected, actual)) {
      assertEquals(String.join("\n", expected), String.join("\n", actual), run::toString);
    }
  }

  private static boolean matches(List<String> expected, List<String> actual) {
    if (expected.isEmpty()) {
      return actual.isEmpty();
    }
    List<String> rest = expected.subList(1, expected.size());
    if (expected.getFirst().equals("…")) {
      return Stream.iterate(0, skipped -> skipped <= actual.size(), skipped -> skipped + 1)
          .anyMatch(skipped -> matches(rest, actual.subList(skipped, actual.size())));
    }
    return !actual.isEmpty()
        && matches(expected.getFirst(), actual.getFirst())
        && matches(rest, actual.subList(1, actual.size()));
  }

  private static boolean matches(String expected, String actual) {
    var pattern = new StringBuilder();
    var least = new ArrayList<Double>();
    Matcher times = SECONDS.matcher(expected);
    int end = 0;
    while (times.find()) {
      pattern.append(quote(expected.substring(end, times.start()))).append("(\\d+(?:\\.\\d+)?) s");
      least.add(Double.valueOf(times.group(1)));
      end = times.end();
    }
    pattern.append(quote(expected.substring(end)));
    Matcher found = Pattern.compile(pattern.toString()).matcher(actual);
    return found.matches()
        && IntStream.range(0, least.size())
            .allMatch(i -> Double.parseDouble(found.group(i + 1)) >= least.get(i));
  }

  private static String quote(String text) {
    return Arrays.stream(text.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
  }

  private static Run run(Snippet snippet) {
    try {
      return Programs.run(Programs.javaCommand(folder, snippet.className()));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void compile() throws IOException {
    var sources = new ArrayList<Path>();
    for (Snippet snippet : SNIPPETS) {
      if (!snippet.block().has("skip")) {
        sources.add(
            Files.writeString(folder.resolve(snippet.className() + ".java"), snippet.source()));
      }
    }
    Programs.compile(sources, folder);
  }

  // ---- links and names --------------------------------------------------------------------------

  @Test
  void everyRelativeLink_leadsSomewhere() throws IOException {
    var broken = new ArrayList<String>();
    for (MarkdownPage page : PAGES) {
      for (Line link : page.links()) {
        if (!link.text().matches("[a-z]+:.*") && !resolves(page, link.text())) {
          broken.add(ROOT.relativize(page.path()) + ":" + link.number() + " " + link.text());
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  private static boolean resolves(MarkdownPage page, String link) throws IOException {
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? page.path() : page.path().resolveSibling(file);
    if (!Files.exists(target)) {
      return false;
    }
    return hash < 0 || MarkdownPage.read(target).anchors().contains(link.substring(hash + 1));
  }

  @Test
  void everyJavaNameInThePythonMap_exists() throws IOException {
    var unknown = new ArrayList<String>();
    for (List<String> row : MarkdownPage.read(MAP).rows()) {
      for (String code : MarkdownPage.codeSpans(row.get(1))) {
        if (!exists(code)) {
          unknown.add(code);
        }
      }
    }
    assertEquals(List.of(), unknown, "neither a type nor a public method");
  }

  @Test
  void everyNameInTheArchitecture_isInTheSources() throws IOException {
    var unknown = new ArrayList<String>();
    for (Line line : MarkdownPage.read(ARCHITECTURE).prose()) {
      for (String code : MarkdownPage.codeSpans(line.text())) {
        if (!isInTheSources(code)) {
          unknown.add(line.number() + ": " + code);
        }
      }
    }
    assertEquals(List.of(), unknown, "no package, type, method or constant");
  }

  /// Whether a package, `Type`, `Type.Nested`, `Type.name(…)` or `Type.NAME` is there, however
  /// hidden. Whatever looks different is taken as an example.
  private static boolean isInTheSources(String code) throws IOException {
    if (PACKAGE.matcher(code).matches()) {
      return hasPackage(code);
    }
    Matcher name = MEMBER.matcher(code);
    if (!name.matches()) {
      return true;
    }
    String constant = name.group(2);
    String method = name.group(3);
    return ARCHITECTURE_PACKAGES.stream()
        .flatMap(prefix -> load(prefix + name.group(1).replace('.', '$')))
        .anyMatch(type ->
            (constant == null || declares(type, t -> names(t.getDeclaredFields()), constant))
                && (method == null || declares(type, t -> names(t.getDeclaredMethods()), method)));
  }

  private static boolean hasPackage(String name) throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      String path = name.replace('.', '/');
      return folders.anyMatch(folder ->
          Files.isDirectory(folder.resolve("src/main/java/" + path))
              || Files.isDirectory(folder.resolve("src/main/kotlin/" + path)));
    }
  }

  private static Stream<String> names(Member[] members) {
    return Arrays.stream(members).map(Member::getName);
  }

  /// Whether the type, or one that it extends or implements, has a member of that name.
  private static boolean declares(
      Class<?> type, Function<Class<?>, Stream<String>> names, String name) {
    return type != null
        && (names.apply(type).anyMatch(name::equals)
            || declares(type.getSuperclass(), names, name)
            || Arrays.stream(type.getInterfaces()).anyMatch(t -> declares(t, names, name)));
  }

  @Test
  void everyDecision_isInTheIndexWithItsTitle() throws IOException {
    String index = Files.readString(DECISIONS.resolve("README.md"));
    var missing = new ArrayList<String>();
    for (Path page : files(DECISIONS, ".md")) {
      String name = page.getFileName().toString();
      if (name.matches("\\d{4}-.*") && !name.startsWith("0000")) {
        String title = Files.readAllLines(page).getFirst().replaceFirst("^# ", "");
        String line = "- [" + title + "](" + name + ")";
        if (!index.contains("\n" + line)) {
          missing.add(line);
        }
      }
    }
    assertEquals(List.of(), missing, "in docs/decisions/README.md");
  }

  /// Whether `name(…)` is a function of [Asyncio], `Type.name(…)` a method, `Type.NAME` or `NAME` a
  /// constant and `Type` or `new Type(…)` a type. Whatever looks different is taken as an example,
  /// and so is `f(…)`.
  private static boolean exists(String code) {
    Matcher constant = CONSTANT.matcher(code);
    if (constant.matches()) {
      return types(constant.group(1)).stream().anyMatch(t -> hasConstant(t, constant.group(2)));
    }
    Matcher method = METHOD.matcher(code);
    if (method.matches()) {
      return types(method.group(1)).stream().anyMatch(t -> hasMethod(t, method.group(2)));
    }
    Matcher type = TYPE.matcher(code);
    return !type.matches() || !types(type.group(1)).isEmpty();
  }

  /// The types of that name, in several packages perhaps; [Asyncio] for none.
  private static List<Class<?>> types(String simpleName) {
    if (simpleName == null) {
      return List.of(Asyncio.class);
    }
    return MAP_PACKAGES.stream().<Class<?>>flatMap(prefix -> load(prefix + simpleName)).toList();
  }

  private static Stream<Class<?>> load(String name) {
    try {
      return Stream.of(Class.forName(name, false, Asyncio.class.getClassLoader()));
    } catch (ClassNotFoundException e) {
      return Stream.empty();
    }
  }

  private static boolean hasMethod(Class<?> type, String name) {
    return Arrays.stream(type.getMethods()).map(Method::getName).anyMatch(name::equals);
  }

  private static boolean hasConstant(Class<?> type, String name) {
    return Arrays.stream(type.getFields()).anyMatch(field -> field.getName().equals(name));
  }

  // ---- pages ------------------------------------------------------------------------------------

  private static void collect(MarkdownPage page, Predicate<Block> wanted) {
    String file = page.path().getFileName().toString().replaceAll("\\W", "_");
    List<Block> blocks = page.blocks();
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i).is("java") && wanted.test(blocks.get(i))) {
        SNIPPETS.add(new Snippet(page, i, blocks.get(i), file + "_" + blocks.get(i).line()));
      }
    }
  }

  private static List<Path> markdownFiles() throws IOException {
    var files = new ArrayList<Path>(files(ROOT.resolve("docs"), ".md"));
    for (String name : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")) {
      files.add(ROOT.resolve(name));
    }
    files.add(Programs.EXAMPLES.resolve("README.md"));
    files.add(ROOT.resolve("site/index.md"));
    return files;
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  /// The `///` comments of a source file; all other lines are blank, so that line numbers stay.
  private static List<String> javadoc(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(String::strip)
        .map(line -> line.startsWith("///") ? line.substring(3).replaceFirst("^ ", "") : "")
        .toList();
  }
}
