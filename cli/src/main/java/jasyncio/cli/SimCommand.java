package jasyncio.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jasyncio sim`: explores tests for as long as there is time.
@Command(
    name = "sim",
    customSynopsis = "jasyncio sim [OPTION]... TESTCLASS|FILE.java[#METHOD]",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Explore the @Explore tests of a class, run after run, for as long as you like.",
      "",
      "Each run has another order of events, other faults and other times. What fails",
      "is shrunk, told at once, and kept: the next campaign begins with it, and says",
      "whether it is still there, fixed, or back again. Ctrl-C ends it early.",
      "",
      "FILE.java is compiled as 'jasyncio run' does; jasyncio-testing and JUnit's API",
      "are on its class path. TESTCLASS is found by --class-path.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0      Nothing failed.",
      "  1      Something failed, be it new or known, or a file did not compile.",
      "  2      There was nothing to explore; the message says why.",
      "",
      "Examples:",
      "  jasyncio sim AccountTest.java",
      "  jasyncio sim --minutes 60 --json sim.json 'AccountTest.java#nothingIsLost'",
      "  jasyncio sim -cp 'target/test-classes:target/classes:lib/*' bank.AccountTest",
      "  jasyncio sim --replay j1:ACQB 'AccountTest.java#nothingIsLost'",
    })
final class SimCommand implements JasyncioCommand.Subcommand {
  static final String NAME = "jasyncio sim";
  private static final double MAX_MINUTES = 7 * 24 * 60;
  private static final int MAX_JOBS = 1000;

  @Parameters(
      index = "0",
      paramLabel = "TEST",
      description = "The class, or the file, and perhaps the only method that is wanted.")
  private String test = "";

  @Option(
      names = {"-m", "--minutes"},
      order = 1,
      paramLabel = "MINUTES",
      defaultValue = "10",
      description = "Explore for so long (default: 10); 0.5 is half a minute.")
  private double minutes;

  @Option(
      names = {"-j", "--jobs"},
      order = 2,
      paramLabel = "N",
      description = "So many JVMs at once (default: one less than there are cores).")
  private @Nullable Integer jobs;

  @Option(
      names = "--corpus",
      order = 3,
      paramLabel = "DIR",
      description =
          "Where failures are kept (default: src/test/seeds if there is one, else sim-corpus beside"
              + " the file).")
  private @Nullable Path corpus;

  @Option(
      names = "--replay",
      order = 4,
      paramLabel = "CODE",
      description = "Have this run only, and print what happens in it.")
  private String replay = "";

  @Option(
      names = "--json",
      order = 5,
      paramLabel = "FILE",
      description = "Write all that was found to a file, for other programs.")
  private @Nullable Path json;

  @Option(
      names = {"-cp", "--class-path"},
      order = 6,
      paramLabel = "PATH",
      description = "Jars and directories that the tests need; 'lib/*' means all jars in lib.")
  private String classPath = "";

  @Mixin HelpOption help = new HelpOption();

  private SimCommand() {}

  @Override
  public int execute() throws Throwable {
    checkOptions();
    try (var target = SimTarget.of(test, classPath)) {
      return replay.isEmpty() ? explore(target) : replay(target);
    } catch (IOException e) {
      throw CommandException.failure(NAME, String.valueOf(e.getMessage()));
    }
  }

  private void checkOptions() throws CommandException {
    if (!(minutes > 0 && minutes <= MAX_MINUTES)) {
      throw UsageMistake.in(NAME, "--minutes is more than 0, and at most a week; not " + minutes);
    } else if (jobs != null && (jobs < 1 || jobs > MAX_JOBS)) {
      throw UsageMistake.in(NAME, "--jobs is 1 to " + MAX_JOBS + ", not " + jobs);
    }
    if (json != null) {
      if (Files.isDirectory(json)) {
        throw CommandException.failure(NAME, json + " is a directory; --json names a file");
      }
      CommandException.checkDirectoryOf(NAME, json);
    }
  }

  private Path folder(SimTarget target) {
    return corpus != null ? corpus : target.folder();
  }

  // ---- a campaign -------------------------------------------------------------------------------

  private int explore(SimTarget target) throws CommandException, IOException {
    int count = jobs != null ? jobs : Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    var progress = new SimProgress(System.err, Repl.isTerminal(), System::nanoTime, minutes * 60);
    var campaign =
        new SimCampaign(target, folder(target), minutes * 60, count, System.out, progress);
    Object beforeInt = Signals.register("INT", campaign::interrupt);
    Object beforeTerm = Signals.register("TERM", campaign::interrupt);
    try {
      campaign.run();
    } finally {
      Signals.unregister("INT", beforeInt);
      Signals.unregister("TERM", beforeTerm);
    }
    System.out.println(campaign.summary());
    write(campaign.json());
    return campaign.status();
  }

  private void write(JsonObject all) throws IOException {
    if (json != null) {
      var gson =
          new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();
      Files.writeString(json, gson.toJson(all) + "\n");
    }
  }

  // ---- a single run -----------------------------------------------------------------------------

  private int replay(SimTarget target) throws CommandException, IOException {
    var events = new LinkedBlockingQueue<SimJob.Event>();
    try (var _ = SimJob.start(0, target, folder(target), 0, 1, replay, events)) {
      while (true) {
        var told = events.take().told();
        if (told == null) {
          throw CommandException.failure(NAME, "the JVM of the run has ended by itself");
        }
        switch (told.get("event").getAsString()) {
          case "mistake" -> throw CommandException.usage(NAME, told.get("message").getAsString());
          case "replayed" -> {
            return tell(told);
          }
          default -> {} // of no interest here
        }
      }
    } catch (InterruptedException e) {
      throw CommandException.failure(NAME, "interrupted");
    }
  }

  private int tell(JsonObject told) throws IOException {
    boolean failed = told.get("failed").getAsBoolean();
    System.out.println(
        failed
            ? told.get("message").getAsString()
            : "test " + told.get("test").getAsString() + "() passes in this run");
    System.out.println("all events:");
    for (JsonElement event : Objects.requireNonNull(told.getAsJsonArray("events"))) {
      System.out.println("  " + event.getAsString());
    }
    told.remove("event");
    write(told);
    return failed ? ExitStatus.FAILED : ExitStatus.OK;
  }
}
