package jasyncio.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `jasyncio record`: has a running program record what its loops do.
@Command(
    name = "record",
    customSynopsis = "jasyncio record [OPTION]... PID",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Have a running program record what its loops do, to look at later.",
      "",
      "It records with Java Flight Recorder: every turn of the loops and what made it",
      "ready, slow steps, and what the JVM itself has to tell. The program takes the",
      "time of each step meanwhile.",
      "",
      "Ctrl-C ends it and writes the file, as do --seconds and the end of the",
      "program. 'jasyncio report' tells from the file where the time went; JDK",
      "Mission Control opens it as well.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  jasyncio record 4711",
      "  jasyncio record --seconds 30 --output slow.jfr 4711",
      "  jasyncio report slow.jfr",
    })
final class RecordCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio record";
  private static final double MAX_SECONDS = 24 * 60 * 60;
  private static final long MEGA = 1_000_000;
  private static final int MAX_MEGABYTES = 100_000;
  static final List<String> SETTINGS = List.of("default", "profile", "none");
  private static final long GLANCE_MILLIS = 500; // at how much there is
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  @Option(
      names = {"-o", "--output"},
      order = 1,
      paramLabel = "FILE",
      description = "The file to write (default, in this directory: jasyncio-PID-DATE-TIME.jfr).")
  private @Nullable Path output;

  @Option(names = "--force", order = 2, description = "Replace the file if it is there.")
  private boolean force;

  @Option(
      names = "--seconds",
      order = 3,
      paramLabel = "SECONDS",
      description = "Record for so long (default: until Ctrl-C).")
  private @Nullable Double seconds;

  @Option(
      names = "--max-size",
      order = 4,
      paramLabel = "MB",
      defaultValue = "250",
      description =
          "Keep so many megabytes, the latest (default: 250). Of a loop that is very busy,"
              + " that may be seconds.")
  private int maxSize;

  @Option(
      names = "--settings",
      order = 5,
      paramLabel = "NAME",
      completionCandidates = Choices.OfSettings.class,
      defaultValue = "default",
      description =
          "What the JVM tells of itself: default, profile (more, samples of stacks above all), or"
              + " none.")
  private String settings = "default";

  @Mixin private VisitTarget target = new VisitTarget();

  private final CountDownLatch asked = new CountDownLatch(1); // to end, by Ctrl-C

  private volatile boolean left; // the program, which does not answer
  private long heardOf; // when the program has last said that it records

  private RecordCommand() {}

  @Override
  public int execute() throws Throwable {
    checkOptions();
    Path file = output != null ? output : defaultOutput();
    if (Files.isDirectory(file)) {
      throw CommandException.failure(NAME, file + " is a directory; --output names a file");
    } else if (!force && Files.exists(file)) {
      throw CommandException.failure(NAME, file + " is there already; --force replaces it");
    }
    CommandException.checkDirectoryOf(NAME, file);
    try (Visit visit = target.visit(NAME)) {
      Path part = // which only this user can read: there are secrets in recordings
          Files.createTempFile(
              file.toAbsolutePath().getParent(), file.getFileName() + "-", ".part");
      try {
        long nanos = record(visit, part);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        System.out.println(
            "recorded "
                + Times.text(nanos / 1e9)
                + ": "
                + file
                + " ("
                + megabytes(Files.size(file))
                + "); see jasyncio report");
        String note = new KeptTime(RecordedSpan.of(file).nanos(), nanos, maxSize * MEGA).note();
        if (note != null) {
          System.out.println(note);
        }
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw CommandException.failure(NAME, "cannot write " + file + " (" + e + ")");
    }
    return ExitStatus.OK;
  }

  private void checkOptions() throws CommandException {
    if (seconds != null && !(seconds > 0 && seconds <= MAX_SECONDS)) {
      throw UsageMistake.in(NAME, "--seconds is more than 0, and at most a day; not " + seconds);
    } else if (maxSize < 1 || maxSize > MAX_MEGABYTES) {
      throw UsageMistake.in(NAME, "--max-size is 1 to " + MAX_MEGABYTES + ", not " + maxSize);
    } else if (!SETTINGS.contains(settings)) {
      throw UsageMistake.in(NAME, "--settings is default, profile or none; not " + settings);
    }
  }

  private Path defaultOutput() {
    String program = target.pid.matches("\\d+") ? target.pid : "program";
    return Path.of(
        "jasyncio-"
            + program
            + "-"
            + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP)
            + ".jfr");
  }

  /// @return how long it has recorded, in nanoseconds
  private long record(Visit visit, Path part) throws CommandException, IOException {
    Object beforeInt = Signals.register("INT", () -> interrupt(visit));
    Object beforeTerm = Signals.register("TERM", () -> interrupt(visit));
    @Nullable ProgramRecording recording = null;
    long began = System.nanoTime();
    try {
      recording = ProgramRecording.start(NAME, target.pid, visit, settings, maxSize * MEGA);
      began = System.nanoTime();
      await(recording, began);
      recording.fetch(part);
    } catch (ProgramRecording.Gone e) {
      if (left) {
        throw CommandException.failure(NAME, "the program does not answer, and nothing is written");
      } else if (recording == null || !recording.takeWhatIsLeft(part)) {
        throw CommandException.failure(
            NAME,
            e.getMessage()
                + (recording == null
                    ? ""
                    : "; what it has recorded is " + recording.left() + " there, if anything is"));
      }
    } finally {
      Signals.unregister("INT", beforeInt);
      Signals.unregister("TERM", beforeTerm);
    }
    return Math.max(0, heardOf - began);
  }

  /// The first time the recording ends, the second time nobody waits for an answer any more.
  private void interrupt(Visit visit) {
    if (asked.getCount() > 0) {
      asked.countDown();
      return;
    }
    left = true;
    try {
      visit.close();
    } catch (IOException e) {
      return; // it is closed
    }
  }

  /// Waits until enough is recorded.
  private void await(ProgramRecording recording, long began)
      throws CommandException, ProgramRecording.Gone {
    boolean isTerminal = Repl.isTerminal();
    try {
      while (true) {
        double passed = (System.nanoTime() - began) / 1e9;
        long size = recording.size(); // also says if the program is gone
        heardOf = System.nanoTime();
        if (isTerminal) {
          System.err.print(
              "\rrecording: " + Times.text(passed) + ", " + megabytes(size) + "; Ctrl-C ends it  ");
        }
        double rest = seconds == null ? Double.POSITIVE_INFINITY : seconds - passed;
        long millis = Math.min(GLANCE_MILLIS, (long) Math.ceil(rest * 1e3));
        if (rest <= 0 || asked.await(millis, TimeUnit.MILLISECONDS)) {
          heardOf = System.nanoTime();
          return;
        }
      }
    } catch (InterruptedException e) {
      throw CommandException.failure(NAME, "interrupted");
    } finally {
      if (isTerminal) {
        System.err.println();
      }
    }
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", (double) bytes / MEGA);
  }
}
