package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compiling, loading and calling a program, all in this JVM.
class ProgramTest {
  @TempDir Path dir;

  private final ClassLoader contextLoader = Thread.currentThread().getContextClassLoader();

  @AfterEach
  void restoreContextLoader() {
    Thread.currentThread().setContextClassLoader(contextLoader);
  }

  private Path write(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private CompiledProgram compile(String name, String text) throws Exception {
    SourceFile source = SourceFile.read(write(name, text).toString());
    return ProgramCompiler.compile(source, ClassPath.of(""));
  }

  private Program load(String name, String text) throws Exception {
    return Program.load(compile(name, text), ClassPath.of(""));
  }

  /// Runs a program with the arguments `a b` and returns what it prints.
  private String run(String name, String text) throws Throwable {
    Program program = load(name, text);
    try (Output output = Output.capture()) {
      assertThat(program.run(List.of("a", "b"))).isEqualTo(ExitStatus.OK);
      return output.out();
    }
  }

  private void assertFails(String name, String text, int status, String message) {
    assertThatThrownBy(() -> load(name, text).run(List.of()))
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.status()).isEqualTo(status))
        .hasMessage(message);
  }

  // ---- the launch protocol ----------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "void main() { IO.print(1); }",
        "void main(String[] args) { IO.print(args.length - 1); }",
        "static void main() { IO.print(1); }",
        "class A { public static void main(String[] args) { IO.print(1); } }",
        "class A { static void main(String... args) { IO.print(1); } }",
        "class A { protected void main() { IO.print(1); } }",
        "class A { void main() { IO.print(2); } static void main(String[] args) { IO.print(1); } }",
        "class A { private void main(String[] args) {} void main() { IO.print(1); } }",
        "class A extends B {} class B { void main() { IO.print(1); } }",
        "class A implements B {} interface B { default void main() { IO.print(1); } }",
        "interface A { static void main(String[] args) { IO.print(1); } }",
        "enum A { X; static void main() { IO.print(1); } }",
        "record Helper() {} class A { void main() { IO.print(1); } }",
        "class B { void main() { IO.print(1); } } class A { void main() { IO.print(2); } }",
        "class Z {} class B { void main() {} } class A { void main() { IO.print(1); } }",
        "package p; public class Other { public static void main(String[] args) { IO.print(1); } }",
        "#!/usr/bin/env jasyncio\nvoid main() { IO.print(1); }",
        "import static jasyncio.Asyncio.*; void main() { IO.print(run(() -> 1)); }",
      })
  void run_mainOfAnyShape_called(String text) throws Throwable {
    assertThat(run("A.java", text)).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "class A {}",
        "class A { private static void main(String[] args) {} }",
        "class A { int main() { return 0; } }",
      })
  void load_noMain_saysSo(String text) {
    String file = dir.resolve("A.java").toString();
    assertFails("A.java", text, ExitStatus.USAGE, "jasyncio: " + file + " has no main method");
  }

  @Test
  void run_noInstancePossible_saysSo() {
    assertFails(
        "A.java",
        "class A { A(int x) {} void main() {} }",
        ExitStatus.USAGE,
        "jasyncio: A needs a constructor without parameters that is not private");
    assertFails(
        "A.java",
        "abstract class A { void main() {} }",
        ExitStatus.USAGE,
        "jasyncio: A is abstract, so its main needs to be static");
  }

  @Test
  void run_program_seesItsOwnLoaderButNotTheLaunchersLibraries() throws Throwable {
    String text =
        """
        void main() {
          IO.print(Thread.currentThread().getContextClassLoader() == getClass().getClassLoader());
          for (var name : List.of("picocli.CommandLine", "org.slf4j.Logger", "jasyncio.cli.Main")) {
            try {
              Class.forName(name);
            } catch (ClassNotFoundException e) {
              IO.print(" hidden");
            }
          }
          IO.print(" " + getClass().getClassLoader().getResource("org/slf4j/Logger.class"));
          IO.print(" " + org.jspecify.annotations.Nullable.class.getSimpleName());
        }
        """;
    assertThat(run("A.java", text)).isEqualTo("true hidden hidden hidden null Nullable");
  }

  // ---- how it ends ------------------------------------------------------------------------------

  @Test
  void run_uncaughtException_endsWithMainInTheTrace() throws Throwable {
    Program program =
        load(
            "A.java",
            """
            void main() {
              try {
                fail();
              } catch (RuntimeException e) {
                throw new IllegalStateException(e);
              }
            }
            void fail() { throw new RuntimeException("inner"); }
            """);
    assertThatThrownBy(() -> program.run(List.of()))
        .isInstanceOf(IllegalStateException.class)
        .satisfies(e -> {
          assertThat(e.getStackTrace())
              .extracting(Object::toString)
              .containsExactly("A.main(A.java:5)");
          assertThat(e.getCause().getStackTrace())
              .extracting(Object::toString)
              .containsExactly("A.fail(A.java:8)", "A.main(A.java:3)");
        });
  }

  @Test
  void run_uncaughtExceptionOfATask_endsWithMainAndFoldsTheLibrary() throws Throwable {
    Program program =
        load(
            "A.java",
            """
            import static jasyncio.Asyncio.*;

            void main() {
              run(() -> page());
            }
            void page() {
              await(createTask(() -> fail()));
            }
            void fail() { throw new IllegalStateException("boom"); }
            """);
    assertThatThrownBy(() -> program.run(List.of()))
        .isInstanceOf(IllegalStateException.class)
        .satisfies(e ->
            assertThat(e.getStackTrace())
                .extracting(frame -> frame.toString().replaceAll("\\d+ library.*", "folded"))
                .containsExactly(
                    "A.fail(A.java:9)",
                    "A.lambda$page$0(A.java:7)",
                    "… folded",
                    "… awaited at A.page(A.java:7)",
                    "A.lambda$main$0(A.java:4)",
                    "… awaited at A.main(A.java:4)"));
  }

  @Test
  void run_failingInitializer_endsWithTheInitializer() throws Throwable {
    Program program = load("A.java", "class A { static int x = 1 / 0; static void main() {} }");
    assertThatThrownBy(() -> program.run(List.of()))
        .isInstanceOf(ExceptionInInitializerError.class)
        .satisfies(e -> {
          assertThat(e.getStackTrace()).isEmpty();
          assertThat(e.getCause().getStackTrace())
              .extracting(Object::toString)
              .containsExactly("A.<clinit>(A.java:1)");
        });
  }

  @Test
  void run_keyboardInterrupt_oneLineAnd130() throws Throwable {
    Program program = load("A.java", "void main() { throw new jasyncio.KeyboardInterrupt(); }");
    try (Output output = Output.capture()) {
      assertThat(program.run(List.of())).isEqualTo(ExitStatus.INTERRUPTED);
      assertThat(output.err()).isEqualTo("Interrupted\n");
    }
  }

  // ---- the compiler -----------------------------------------------------------------------------

  @Test
  void compile_error_reportedAsJavacDoes() {
    String file = dir.resolve("A.java").toString();
    assertFails(
        "A.java",
        """
        void main() {
          int x = "1";
          undefined();
        }
        """,
        ExitStatus.FAILED,
        """
        %1$s:2: error: incompatible types: String cannot be converted to int
          int x = "1";
                  ^
        %1$s:3: error: cannot find symbol
          undefined();
          ^
          symbol:   method undefined()
          location: class A
        2 errors\
        """
            .formatted(file));
  }

  @Test
  void compile_warning_printedAndTheProgramKept() throws Exception {
    try (Output output = Output.capture()) {
      compile("A.java", "void main() { Thread.currentThread().stop(); }");
      assertThat(output.err())
          .contains("warning: [removal] stop() in Thread")
          .endsWith("1 warning\n");
    }
  }

  @Test
  void compile_merelyUnchecked_silent() throws Exception {
    try (Output output = Output.capture()) {
      compile("A.java", "void main() { new java.util.ArrayList().add(1); }");
      assertThat(output.err()).isEmpty();
    }
  }

  @Test
  void compile_namesInOtherFiles_found() throws Throwable {
    write("src/a/Util.java", "package a; class Util { static int one() { return b.Deep.ONE; } }");
    write("src/b/Deep.java", "package b; public class Deep { public static final int ONE = 1; }");
    String text = "package a; class App { static void main() { IO.print(Util.one()); } }";
    assertThat(run("src/a/App.java", text)).isEqualTo("1");
  }

  @Test
  void compile_neighbourNamedLikeAnImport_notPreferred() throws Throwable {
    write("List.java", "void main() {}");
    String text = "import java.util.*; void main() { IO.print(List.of(1).size()); }";
    assertThat(run("A.java", text)).isEqualTo("1");
  }

  @Test
  void compile_extraClassPath_used() throws Throwable {
    CompiledProgram library =
        compile("Util.java", "public class Util { public static int one() { return 1; } }");
    Path classes = Files.createDirectories(dir.resolve("classes"));
    Files.write(classes.resolve("Util.class"), library.classes().get("Util"));
    Files.delete(dir.resolve("Util.java"));
    SourceFile source =
        SourceFile.read(write("A.java", "void main() { IO.print(Util.one()); }").toString());
    ClassPath classPath = ClassPath.of(classes.toString());
    Program program = Program.load(ProgramCompiler.compile(source, classPath), classPath);
    try (Output output = Output.capture()) {
      program.run(List.of());
      assertThat(output.out()).isEqualTo("1");
    }
  }
}
