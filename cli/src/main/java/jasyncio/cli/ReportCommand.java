package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jasyncio report`: why the tasks of a recording took as long as they did.
@Command(
    name = "report",
    customSynopsis = "jasyncio report [OPTION]... FILE.jfr",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Say of a recording where its time went.",
      "",
      "It says which steps had the loop for longest, what led to them and whom they",
      "held up; and which tasks took longest, and on which path: not only that a task",
      "waited for a lock, but what its holder did meanwhile.",
      "",
      "The recording is a file of Java Flight Recorder with the event jasyncio.Turn",
      "in it, as 'jasyncio record' makes it.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0    The report has been made.",
      "  1    The file cannot be read, or has nothing to report of.",
      "  2    The command line makes no sense; the message says why.",
      "",
      "Examples:",
      "  jasyncio report crawl.jfr",
      "  jasyncio report --task 'fetch*' --top 20 crawl.jfr",
      "  jasyncio report --html crawl.html crawl.jfr",
    })
final class ReportCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio report";
  private static final int MAX_TOP = 1000;

  @Option(
      names = "--task",
      order = 1,
      paramLabel = "TASK",
      description =
          "Only tasks of this name, or #N for the one with this number; 'db*' means several.")
  private @Nullable String task;

  @Option(
      names = "--top",
      order = 2,
      paramLabel = "N",
      defaultValue = "5",
      description = "So many steps and tasks (default: 5).")
  private int top;

  @Option(
      names = "--html",
      order = 3,
      paramLabel = "PAGE.html",
      description = "Write a page with time lines instead; it needs nothing but a browser.")
  private @Nullable String page;

  @Option(names = "--force", order = 4, description = "Replace the page if it is there.")
  private boolean force;

  @Option(names = "--json", order = 90, description = "Print the report as one line of JSON.")
  private boolean json;

  @Mixin HelpOption help = new HelpOption();

  @Parameters(index = "0", paramLabel = "FILE.jfr", description = "The recording.")
  private String file = "";

  private ReportCommand() {}

  @Override
  public int execute() throws CommandException {
    if (top < 1 || top > MAX_TOP) {
      throw UsageMistake.in(NAME, "--top is 1 to " + MAX_TOP + ", not " + top);
    }
    Path path = path(file);
    Path html = page == null ? null : path(page);
    if (html != null && html.toAbsolutePath().equals(path.toAbsolutePath())) {
      throw UsageMistake.in(
          NAME, "--html takes the name of the page, which is not the recording's");
    } else if (html != null && Files.isDirectory(html)) {
      throw CommandException.failure(NAME, html + " is a directory; --html names a file");
    } else if (html != null && !force && Files.exists(html)) {
      throw CommandException.failure(NAME, html + " is there already; --force replaces it");
    }
    if (html != null) {
      CommandException.checkDirectoryOf(NAME, html);
    }
    Recording recording = read(path);
    var report = Report.of(String.valueOf(path.getFileName()), recording, top, task);
    if (task != null && report.matching() == 0) {
      throw CommandException.failure(
          NAME,
          file
              + " has no step of a task '"
              + task
              + "': if there is one, it had none while this was recorded; 'jasyncio where' says for"
              + " what it waits"
              + TaskVisitOptions.hint(task));
    }
    if (html != null) {
      write(html, ReportPage.of(report, ZoneId.systemDefault()));
    }
    if (json) {
      System.out.println(ReportJson.of(report));
    } else if (html != null) {
      System.out.println("the report is in " + html);
    } else {
      System.out.println(String.join("\n", ReportText.of(report, ZoneId.systemDefault())));
    }
    return ExitStatus.OK;
  }

  private static Path path(String name) throws CommandException {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw UsageMistake.in(NAME, "this is no name of a file: " + Visit.plain(name));
    }
  }

  private static Recording read(Path path) throws CommandException {
    var progress = new ReadingProgress(System.err, Repl.isTerminal(), System::nanoTime);
    try {
      return RecordingReader.read(NAME, path, progress);
    } finally {
      progress.end();
    }
  }

  private static void write(Path html, String text) throws CommandException {
    try {
      Files.writeString(html, text, UTF_8);
    } catch (IOException e) {
      throw CommandException.failure(NAME, html + " cannot be written (" + e + ")");
    }
  }
}
