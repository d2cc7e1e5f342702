package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `jasyncio new` refuses, and what it writes; that it builds and runs is tested where it is
/// packed, in `dist`.
class NewCommandTest {
  private static final Pattern PLUGIN =
      Pattern.compile("<artifactId>maven-(\\w+)-plugin</artifactId>\\s*<version>([^<]+)<");

  @TempDir Path dir;

  private static void assertMistake(String line, String message) throws Throwable {
    try (Output output = Output.capture()) {
      int status = Main.execute(line.split(" ", -1));
      assertThat(output.err().lines()).first().isEqualTo(message);
      assertThat(output.out()).isEmpty();
      assertThat(status).isEqualTo(ExitStatus.USAGE);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          new                       | jasyncio new: which name? Give the project one, such as price-watch
          new Greeter               | jasyncio new: a project's name has small letters and digits, with a '-' between words, as in price-watch; not Greeter
          new ../x                  | jasyncio new: a project's name has small letters and digits, with a '-' between words, as in price-watch; not ../x
          new a--b                  | jasyncio new: a project's name has small letters and digits, with a '-' between words, as in price-watch; not a--b
          new 7up                   | jasyncio new: a project's name has small letters and digits, with a '-' between words, as in price-watch; not 7up
          new --group Com.X a       | jasyncio new: a group is a package's name in small letters, as com.example is; not Com.X
          new --group com.class a   | jasyncio new: a group is a package's name in small letters, as com.example is; not com.class
          new --group java.x a      | jasyncio new: packages of java and jasyncio are there already; take a group of your own
          new --group jasyncio a    | jasyncio new: packages of java and jasyncio are there already; take a group of your own
          new switch                | jasyncio new: com.example.switch would be its package, and is a word of Java's own
          new con                   | jasyncio new: on Windows con is a device, and no name for a folder
          new n-ul                  | jasyncio new: on Windows nul is a device, and no name for a folder
          new --group org.com1 a    | jasyncio new: on Windows com1 is a device, and no name for a folder
          new -x                    | jasyncio new: unknown option -x
          new --gruop org.shop      | jasyncio new: unknown option --gruop; did you mean --group?
          where --jsn               | jasyncio where: unknown option --jsn; did you mean --json?
          new src                   | jasyncio new: src is there already; take another name, or another folder
          """)
  void mistake_any_toldInOneSentence(String line, String message) throws Throwable {
    assertMistake(line, message);
  }

  @Test
  void version_thatIsNotReleased_needsALibraryOfOnesOwn() {
    assertThat(new NewProject("x", "org.shop", "0.1.0-SNAPSHOT").needsLibrariesOfOnesOwn())
        .isTrue();
    assertThat(new NewProject("x", "org.shop", "0.1.0").needsLibrariesOfOnesOwn()).isFalse();
  }

  @Test
  void librariesOfOnesOwn_areAllThatThePomAsksFor() throws IOException {
    new NewProject("x", "org.shop", "0.1.0-SNAPSHOT").write(dir);
    var pom = Files.readString(dir.resolve("pom.xml"));
    assertThat(Pattern.compile("<artifactId>jasyncio(-\\w+)?</artifactId>").matcher(pom).results())
        .map(found -> found.group(1) == null ? "core" : found.group(1).substring(1))
        .containsExactlyInAnyOrderElementsOf(NewCommand.MODULES);
  }

  @Test
  void reason_hasNoNameOfAClass() {
    var file = dir.resolve("a-file");
    assertThatThrownBy(
            () -> {
              Files.createFile(file);
              new NewProject("x", "com.example", "1").write(file);
            })
        .isInstanceOfSatisfying(
            IOException.class,
            e -> assertThat(NewCommand.reason(e)).doesNotContain("Exception").contains("a-file"));
    assertThat(NewCommand.reason(new AccessDeniedException("/x/y")))
        .isEqualTo("no permission to write /x/y");
  }

  @Test
  void project_ofSeveralWords_hasNamesThatFit() throws IOException {
    new NewProject("price-watch", "org.shop", "1.2.3").write(dir);
    assertThat(dir.resolve("pom.xml"))
        .content()
        .contains("<groupId>org.shop</groupId>", "<artifactId>price-watch</artifactId>")
        .contains("<version>1.2.3</version>", "<mainClass>org.shop.pricewatch.Main</mainClass>");
    assertThat(dir.resolve("src/main/java/module-info.java"))
        .content()
        .contains("module org.shop.pricewatch {");
    assertThat(dir.resolve("src/test/java/org/shop/pricewatch/GreeterTest.java")).exists();
    assertThat(dir.resolve(".gitignore")).content().startsWith("target/");
    try (var files = Files.walk(dir)) {
      assertThat(files.filter(Files::isRegularFile))
          .hasSize(9)
          .allSatisfy(file -> assertThat(file).content().doesNotContain("{{", "}}"));
    }
  }

  /// The flag is wherever a JVM is started.
  @Test
  void project_startsItsJvms_withJavaLangOpened() throws IOException {
    new NewProject("greeter", "org.shop", "1.2.3").write(dir);
    assertThat(dir.resolve("pom.xml"))
        .content()
        .contains("<argLine>--add-opens java.base/java.lang=ALL-UNNAMED</argLine>")
        .contains("<Add-Opens>java.base/java.lang</Add-Opens>");
    assertThat(dir.resolve("Dockerfile")).content().contains("\"-jar\", \"greeter.jar\"");
  }

  /// So that they are versions that have been tried.
  @Test
  void plugins_haveTheVersionsOfThisBuild() throws IOException {
    new NewProject("greeter", "org.shop", "1.2.3").write(dir);
    String ours = Files.readString(Path.of("../pom.xml"));
    var plugins = PLUGIN.matcher(Files.readString(dir.resolve("pom.xml"))).results().toList();
    assertThat(plugins)
        .hasSize(5)
        .allSatisfy(plugin ->
            assertThat(ours)
                .contains(
                    "<%1$s-plugin.version>%2$s</%1$s-plugin.version>"
                        .formatted(plugin.group(1), plugin.group(2))));
    assertThat(Files.readString(dir.resolve("pom.xml")))
        .contains("<version>" + property(ours, "junit.version") + "</version>");
  }

  private static String property(String pom, String name) {
    return pom.replaceFirst("(?s).*<" + name + ">([^<]+)<.*", "$1");
  }
}
