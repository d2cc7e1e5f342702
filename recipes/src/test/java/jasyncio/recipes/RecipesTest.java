package jasyncio.recipes;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.AnnotationSupport;

/// The pages are what the programs and their tests are. With `-Djasyncio.recipes.update=true` they
/// are made so.
class RecipesTest {
  private static final boolean UPDATE = Boolean.getBoolean("jasyncio.recipes.update");
  private static final Path PAGES = Path.of("../docs/recipes");
  private static final Path INDEX = PAGES.resolve("README.md");
  private static final List<String> SOURCES =
      List.of("recipes/src/main/java/", "recipes/src/preview/java/");

  private static final Pattern TABLE =
      Pattern.compile("(?s)(<!-- made by RecipesTest -->\n\n).*?(\n<!-- end -->)");
  private static final Pattern PROGRAM =
      Pattern.compile(
          "(?s)<!-- from: ((?:"
              + String.join("|", SOURCES)
              + ")\\S+) -->\n\n```java skip\n(.*?)```\n");

  @Test
  void table_isWhatTheTestsSay() throws Exception {
    var rows = recipes().stream().map(RecipesTest::row).collect(joining());
    var columns = Arrays.stream(Shows.Column.values()).map(c -> c.title).collect(joining(" | "));
    var table =
        "| recipe | version | " + columns + " | notes |\n| --- | --- | --- | --- | --- | --- |\n";
    var page = Files.readString(INDEX);
    var made =
        TABLE.matcher(page).replaceFirst("$1" + Matcher.quoteReplacement(table + rows) + "$2");
    compare(INDEX, page, made);
  }

  @Test
  void pages_holdTheirPrograms() throws Exception {
    for (var type : recipes()) {
      var program = type.getAnnotation(Recipe.class).program();
      var page = PAGES.resolve(page(type));
      var text = Files.readString(page);
      var named = PROGRAM.matcher(text).results().map(found -> found.group(1)).toList();
      assertThat(named).as("programs in %s", page).contains(source(program));
      compare(
          page,
          text,
          PROGRAM
              .matcher(text)
              .replaceAll(found ->
                  Matcher.quoteReplacement(
                      "<!-- from: "
                          + found.group(1)
                          + " -->\n\n```java skip\n"
                          + code(found.group(1))
                          + "```\n")));
    }
  }

  @Test
  void everyPage_isOfARecipe() throws Exception {
    var pages = recipes().stream().map(RecipesTest::page).distinct().toList();
    try (var files = Files.list(PAGES)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.equals("README.md"))
          .hasSameElementsAs(pages);
    }
  }

  @Test
  void everyRecipe_saysSomethingInEachColumn_byTestsThatRun() throws Exception {
    for (var type : recipes()) {
      assertThat(type.isAnnotationPresent(Disabled.class)).as("%s", type).isFalse();
      for (var column : Shows.Column.values()) {
        assertThat(cell(type, column)).as("%s of %s", column, type).isNotEmpty();
      }
      for (var method : type.getDeclaredMethods()) {
        if (!AnnotationSupport.findRepeatableAnnotations(method, Shows.class).isEmpty()) {
          assertThat(method)
              .satisfiesAnyOf(
                  test -> assertThat(test.isAnnotationPresent(EachMode.class)).isTrue(),
                  test -> assertThat(test.isAnnotationPresent(Test.class)).isTrue());
          assertThat(method.isAnnotationPresent(Disabled.class)).as("%s", method).isFalse();
        }
      }
    }
  }

  private static void compare(Path file, String is, String ought) throws IOException {
    if (UPDATE && !is.equals(ought)) {
      Files.writeString(file, ought);
      return;
    }
    assertThat(is)
        .as("%s, which -Djasyncio.recipes.update=true brings up to date", file)
        .isEqualTo(ought);
  }

  // ---- what the tests say -----------------------------------------------------------------------

  private static List<Class<?>> recipes() throws IOException, URISyntaxException {
    var classes =
        Path.of(RecipesTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (var files = Files.walk(classes)) {
      return files
          .map(file -> classes.relativize(file).toString())
          .filter(file -> file.endsWith("Test.class"))
          .<Class<?>>map(file -> load(file.replace(".class", "").replaceAll("[/\\\\]", ".")))
          .filter(type -> type.isAnnotationPresent(Recipe.class))
          .sorted(Comparator.comparing(RecipesTest::page).thenComparing(Class::getName))
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, RecipesTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String row(Class<?> type) {
    var recipe = type.getAnnotation(Recipe.class);
    var link = "[" + recipe.name() + "](" + page(type) + ")";
    var versions =
        Arrays.stream(recipe.libraries())
            .map(RecipesTest::version)
            .distinct()
            .collect(joining(", "));
    var shown = Arrays.stream(Shows.Column.values()).map(column -> cell(type, column));
    return Stream.of(Stream.of(link, versions), shown, Stream.of(recipe.notes()))
        .flatMap(cells -> cells)
        .collect(joining(" | ", "| ", " |\n"));
  }

  private static String cell(Class<?> type, Shows.Column column) {
    return Arrays.stream(type.getDeclaredMethods())
        .flatMap(
            method -> AnnotationSupport.findRepeatableAnnotations(method, Shows.class).stream())
        .filter(shows -> shows.in() == column)
        .map(Shows::value)
        .sorted()
        .collect(joining("; "));
  }

  /// What a local repository says by the folders above a jar, or the JDK of itself.
  private static String version(Class<?> library) {
    var source = library.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation().getProtocol().equals("jrt")) {
      return "JDK 25"; // or later, if the tests do
    }
    var folder = Path.of(URI.create(source.getLocation().toString())).getParent();
    return folder.getParent().getFileName() + " " + folder.getFileName();
  }

  private static String page(Class<?> type) {
    var program = type.getAnnotation(Recipe.class).program().getPackageName();
    return program.substring(program.lastIndexOf('.') + 1) + ".md";
  }

  private static String source(Class<?> program) {
    var file = program.getName().replace('.', '/') + ".java";
    return SOURCES.stream()
        .map(folder -> folder + file)
        .filter(path -> Files.exists(Path.of("..").resolve(path)))
        .findFirst()
        .orElseThrow();
  }

  /// A program, from its imports on.
  private static String code(String file) {
    try {
      var text = Files.readString(Path.of("..").resolve(file));
      return text.substring(text.indexOf("\nimport ") + 1);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
