package jasyncio.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// CPython's own tests of asyncio as a check-list: `cpython-tests.tsv` says for each where its
/// behaviour is tested here, or why it cannot be; `docs/cpython-tests.md` shows the same as a page.
///
/// A line of the file is either a reason, `!name` and what it means, or a test: its name in Python,
/// the version that it is from, then the tests here or `!reason`, and perhaps a remark. A tab
/// stands between them.
class CPythonTestsTest {
  private static final Path LIST = PythonSources.module().resolve("src/test/cpython-tests.tsv");
  private static final Path ROOT = PythonSources.module().getParent();
  private static final Path PAGE = ROOT.resolve("docs/cpython-tests.md");
  private static final Pattern NAME = Pattern.compile("test_\\w+\\.\\w+\\.test\\w*");
  private static final Pattern TEST = Pattern.compile("(\\w+)\\.(\\w+)");
  private static final Path CHANGES = ROOT.resolve("docs/asyncio-3.15.md");
  private static final Pattern TEST_ON_A_PAGE =
      Pattern.compile("`(\\w+(?:Test|Contract|Scenarios))\\.(\\w+)`");
  private static final Set<String> VERSIONS = Set.of("3.13", "3.14", "3.15");

  /// The release whose tests are the rows of 3.13; later ones of 3.13 may have some more.
  private static final String RELEASE = "3.13.0";

  private static final String TESTS_OF_PYTHON =
      """
      import ast, os, platform, sys
      try:
          import test.test_asyncio as suite
      except ImportError:
          sys.exit(1)
      print(platform.python_version())
      folder = os.path.dirname(suite.__file__)
      def tests(node, path):
          for child in ast.iter_child_nodes(node):
              if isinstance(child, ast.ClassDef):
                  yield from tests(child, path + [child.name])
              elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                  if len(path) > 1 and child.name.startswith("test"):
                      yield ".".join(path + [child.name])
              elif isinstance(child, (ast.If, ast.Try, ast.With)):
                  yield from tests(child, path)
      for file in sorted(os.listdir(folder)):
          if file.startswith("test_") and file.endswith(".py"):
              with open(os.path.join(folder, file), encoding="utf-8") as text:
                  print(*tests(ast.parse(text.read()), [file[:-3]]), sep="\\n")
      """;

  /// A test of CPython's.
  ///
  /// @param where tests here; or one word, the reason why there is none, with `!` before it
  private record Row(String name, String version, List<String> where, String remark) {
    String file() {
      return name.substring(0, name.indexOf('.'));
    }

    boolean isTestedHere() {
      return !where.getFirst().startsWith("!");
    }
  }

  private record Checklist(Map<String, String> reasons, List<Row> rows) {}

  private static Checklist read() {
    var reasons = new LinkedHashMap<String, String>();
    var rows = new ArrayList<Row>();
    for (var line : lines(LIST)) {
      var cells = line.split("\t", -1);
      if (line.startsWith("!")) {
        reasons.put(cells[0], cells[1]);
      } else {
        assertThat(cells).as(line).hasSizeBetween(3, 4).doesNotContain("");
        var remark = cells.length == 4 ? cells[3] : "";
        rows.add(new Row(cells[0], cells[1], List.of(cells[2].split(" ", -1)), remark));
      }
    }
    return new Checklist(reasons, rows);
  }

  @Test
  void everyRow_isWhole() {
    var list = read();
    var names = new HashSet<String>();
    assertThat(list.rows())
        .isNotEmpty()
        .allSatisfy(row -> {
          assertThat(row.name()).matches(NAME);
          assertThat(names.add(row.name())).as("once").isTrue();
          assertThat(VERSIONS).contains(row.version());
          if (!row.isTestedHere()) {
            assertThat(row.where()).hasSize(1);
            assertThat(list.reasons()).containsKey(row.where().getFirst());
          }
        });
    var used =
        list.rows().stream().filter(row -> !row.isTestedHere()).map(row -> row.where().getFirst());
    assertThat(used.collect(Collectors.toSet())).isEqualTo(list.reasons().keySet());
  }

  @Test
  void everyTestNamed_exists() {
    var tests = testsHere();
    assertThat(read().rows().stream().filter(Row::isTestedHere))
        .allSatisfy(row -> {
          for (var test : row.where()) {
            var name = TEST.matcher(test);
            assertThat(name.matches()).as(test).isTrue();
            assertThat(tests.getOrDefault(name.group(1), Set.of()))
                .as(test)
                .contains(name.group(2));
          }
        });
  }

  @Test
  void everyTestNamed_onThePageOfRelease315_exists() {
    var tests = testsHere();
    var named =
        lines(CHANGES).stream().flatMap(line -> TEST_ON_A_PAGE.matcher(line).results()).toList();
    assertThat(named)
        .isNotEmpty()
        .allSatisfy(test ->
            assertThat(tests.getOrDefault(test.group(1), Set.of()))
                .as(test.group())
                .contains(test.group(2)));
  }

  @Test
  void everyTestOfPython_isListed() {
    var answer = CPython.found("tasks").flatMap(python -> python.answer(TESTS_OF_PYTHON));
    assumeTrue(answer.isPresent(), "there is no CPython here that has its tests with it");
    var lines = answer.get().lines().filter(line -> !line.isBlank()).toList();
    assumeTrue(lines.getFirst().equals(RELEASE), "the list is that of " + RELEASE);
    assertThat(read().rows().stream().filter(row -> row.version().equals("3.13")).map(Row::name))
        .containsExactlyInAnyOrderElementsOf(
            lines.stream().skip(1).collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void thePage_isCurrent() throws IOException {
    var page = page(read());
    if (Boolean.getBoolean("jasyncio.conformance.update")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("run again with -Djasyncio.conformance.update=true after a change to " + LIST)
        .isEqualTo(page);
  }

  private static String page(Checklist list) {
    var text = new StringBuilder();
    long here = list.rows().stream().filter(Row::isTestedHere).count();
    text.append(
        """
        # CPython's own tests

        CPython's test suite of asyncio, `Lib/test/test_asyncio`, as a check-list: each of its tests, and the test here that
        asserts the same behaviour, or the reason why there is none. A name ending in `Scenarios` is a pair of programs,
        [Python and Java](../conformance/README.md), that are compared line by line; one ending in `Test` is a test class. Of %d
        tests, %d have one here.

        The rows are the tests of CPython %s and, marked with their version, those that came later. A test is listed once, under
        the class that defines it, and stands for all classes that inherit it: most of the suite runs for the C and the Python
        implementation, for each kind of selector, with and without eager tasks. One that only moved to another class later has
        its old name.

        This page is made from [cpython-tests.tsv](../conformance/src/test/cpython-tests.tsv); a test checks that every test of
        CPython's is in it, that every test which it names exists, and that the page is current.

        ## Reasons

        | Reason | What it means |
        | --- | --- |
        """
            .formatted(list.rows().size(), here, RELEASE));
    list.reasons()
        .forEach((name, meaning) ->
            text.append("| *%s* | %s |\n".formatted(name.substring(1), meaning)));
    list.rows().stream()
        .collect(Collectors.groupingBy(Row::file, LinkedHashMap::new, Collectors.toList()))
        .forEach((file, rows) -> appendFile(text, file, rows));
    return text.toString();
  }

  private static void appendFile(StringBuilder text, String file, List<Row> rows) {
    text.append("\n## %s\n\n| Test | Here |\n| --- | --- |\n".formatted(file));
    for (var row : rows) {
      var version = row.version().equals("3.13") ? "" : " (" + row.version() + ")";
      var where =
          row.isTestedHere()
              ? row.where().stream().map(test -> "`" + test + "`").collect(Collectors.joining(", "))
              : "*" + row.where().getFirst().substring(1) + "*";
      var remark = row.remark().isEmpty() ? "" : ": " + row.remark();
      text.append(
          "| `%s`%s | %s%s |\n"
              .formatted(row.name().substring(file.length() + 1), version, where, remark));
    }
  }

  /// The methods of all test classes, by class. The sources are read, as this module sees no
  /// classes of the other modules' tests.
  private static Map<String, Set<String>> testsHere() {
    var tests = new HashMap<String, Set<String>>();
    for (var module : List.of("core", "conformance", "examples", "cli")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> {
              var name = file.getFileName().toString();
              tests
                  .computeIfAbsent(
                      name.substring(0, name.length() - ".java".length()), _ -> new HashSet<>())
                  .addAll(testsIn(file)); // modules may have classes of the same name
            });
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return tests;
  }

  private static final Pattern TEST_METHOD =
      Pattern.compile(
          "@(?:Test|AsyncTest|ParameterizedTest|Scenario|RepeatedTest)\\b[^;]*?\\bvoid (\\w+)\\(");

  private static Set<String> testsIn(Path file) {
    try {
      return TEST_METHOD
          .matcher(Files.readString(file))
          .results()
          .map(found -> found.group(1))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
