package jasyncio.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jasyncio new`: a project to start from.
@Command(
    name = "new",
    customSynopsis = "jasyncio new [OPTION]... PROJECT",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Make a project to start from, in a folder of that name.",
      "",
      "It is for Maven: a module with a class that waits, a program, and a test in",
      "virtual time, which takes none. The flags that the JVM wants are where they",
      "belong: in the tests, in the jar, and in the Dockerfile.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0    It is there.",
      "  1    It cannot be written; the message says why.",
      "  2    The command line makes no sense; the message says why.",
      "",
      "Examples:",
      "  jasyncio new greeter",
      "  jasyncio new --group org.example.shop price-watch",
    })
final class NewCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio new";
  static final List<String> MODULES = List.of("bom", "core", "testing"); // that its pom asks for

  @Parameters(
      index = "0",
      paramLabel = "PROJECT",
      description = "Its name: small letters and digits, with a '-' between words.")
  private String name = "";

  @Option(
      names = "--group",
      order = 1,
      paramLabel = "GROUP",
      defaultValue = "com.example",
      description = "Maven's group, with which the names of packages begin (default: com.example).")
  private String group = "";

  @Mixin HelpOption help = new HelpOption();

  private NewCommand() {}

  @Override
  public int execute() throws CommandException {
    if (!NewProject.isName(name)) {
      throw UsageMistake.in(
          NAME,
          "a project's name has small letters and digits, with a '-' between words, as in"
              + " price-watch; not "
              + name);
    } else if (!NewProject.isGroup(group)) {
      throw UsageMistake.in(
          NAME, "a group is a package's name in small letters, as com.example is; not " + group);
    } else if (NewProject.isTaken(group)) {
      throw UsageMistake.in(
          NAME, "packages of java and jasyncio are there already; take a group of your own");
    }
    var project = new NewProject(name, group, VersionText.version());
    if (!project.hasPackageName()) {
      throw UsageMistake.in(
          NAME, project.packageName() + " would be its package, and is a word of Java's own");
    }
    Optional<String> device = project.device();
    if (device.isPresent()) {
      throw UsageMistake.in(
          NAME, "on Windows " + device.get() + " is a device, and no name for a folder");
    }
    write(project);
    System.out.printf("%s is there. ", name);
    if (project.needsLibrariesOfOnesOwn()) {
      System.out.print(
          """
          It uses a version that is not released. Once, in a clone of jasyncio:

            ./mvnw install -DskipTests -pl %s -am

          That is for Maven of this machine; the Dockerfile has to wait for a release.
          """
              .formatted(String.join(",", MODULES)));
    }
    System.out.printf(
        """
        Next:

          cd %1$s
          mvn package
          java -jar target/%1$s.jar
        """,
        name);
    return ExitStatus.OK;
  }

  private static void write(NewProject project) throws CommandException {
    Path folder = folder(project.name());
    if (Files.exists(folder)) {
      throw CommandException.usage(
          NAME, project.name() + " is there already; take another name, or another folder");
    }
    try {
      project.write(folder);
    } catch (IOException e) {
      throw CommandException.failure(NAME, project.name() + " cannot be written: " + reason(e));
    }
  }

  static String reason(IOException e) {
    return e instanceof AccessDeniedException denied
        ? "no permission to write " + denied.getFile()
        : String.valueOf(e.getMessage());
  }

  private static Path folder(String name) throws CommandException {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw CommandException.usage(NAME, name + " cannot be the name of a folder here");
    }
  }
}
