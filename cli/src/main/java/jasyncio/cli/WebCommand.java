package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `jasyncio web`: what a running program does, in the browser.
@Command(
    name = "web",
    customSynopsis = "jasyncio web [OPTION]... PID",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Show in the browser what a running program does.",
      "",
      "The page has load, lag and slow steps of the last minute with their stacks,",
      "tasks, what they wait for, and who for whom.",
      "",
      "Prints the address of the page, which only this machine can open, and only",
      "with the token in it. Ends with the program, or by Ctrl-C. The program is",
      "measured while a page is open.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0    The program has ended.",
      "  1    The program cannot be entered, or the port is taken.",
      "  2    The command line makes no sense; the message says why.",
      "",
      "Examples:",
      "  jasyncio web 4711",
      "  jasyncio web --open --port 8080 4711",
    })
final class WebCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio web";
  private static final int MAX_PORT = 65_535;
  private static final long INTERVAL_MILLIS = 1000;
  private static final long FAREWELL_MILLIS = 2500; // so that every open page hears of the end

  @Option(
      names = "--port",
      order = 1,
      paramLabel = "N",
      defaultValue = "0",
      description = "The port on 127.0.0.1 to serve on (default: any that is free).")
  private int port;

  @Option(names = "--open", order = 2, description = "Open the page in the browser.")
  private boolean open;

  @Mixin private VisitTarget target = new VisitTarget();

  private WebCommand() {}

  @Override
  public int execute() throws Throwable {
    if (port < 0 || port > MAX_PORT) {
      throw UsageMistake.in(NAME, "--port is 0 to " + MAX_PORT + ", not " + port);
    }
    long millis = target.patienceMillis(NAME);
    target.visit(NAME).close(); // says at once if that is not possible
    Answers.Source source = () -> target.visit(NAME);
    try (var watch = new ProgramWatch(program(), millis, source, System::nanoTime);
        var server = serve(watch);
        var sampler =
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("jasyncio-web").daemon().factory())) {
      watch.onAttention(() -> sampler.execute(watch::tick));
      var _ = sampler.scheduleWithFixedDelay(watch::tick, 0, INTERVAL_MILLIS, MILLISECONDS);
      System.out.println(
          server.address()
              + (isSocket() ? " shows " : " shows process ")
              + target.pid
              + "; Ctrl-C ends this, and nothing else");
      if (open) {
        openBrowser(server.address());
      }
      end(watch).get();
      String end = (isSocket() ? "the program at " : "process ") + target.pid + " has ended";
      watch.end(end);
      if (watch.isLookedAt()) {
        Thread.sleep(FAREWELL_MILLIS);
      }
      sampler.shutdownNow();
      System.out.println(end);
    } catch (ExecutionException e) {
      throw e.getCause();
    }
    return ExitStatus.OK;
  }

  private boolean isSocket() {
    return target.pid.contains("/");
  }

  /// Is done once the program has ended. The process behind a socket may be one of another
  /// container, so there nobody knows before a page wants to see it.
  private CompletableFuture<?> end(ProgramWatch watch) {
    if (isSocket()) {
      return watch.gone();
    }
    var process = ProcessHandle.of(Long.parseLong(target.pid));
    return process.isPresent()
        ? process.get().onExit()
        : CompletableFuture.completedFuture(target.pid);
  }

  private WebServer serve(ProgramWatch watch) throws CommandException, IOException {
    try {
      return WebServer.start(port, watch);
    } catch (BindException e) {
      throw CommandException.failure(
          NAME, "port " + port + " is taken, or not for us; without --port a free one is taken");
    }
  }

  /// The name of its main class, its jar, or the file that `jasyncio run` runs.
  private String program() {
    return VirtualMachine.list().stream()
        .filter(machine -> machine.id().equals(target.pid))
        .map(machine -> program(machine.displayName()))
        .findFirst()
        .orElse("");
  }

  /// What a command line runs. Nothing more is told of it, as it may have secrets.
  static String program(String commandLine) {
    List<String> words = List.of(commandLine.split(" ", -1));
    String program =
        words.getFirst().endsWith("jasyncio-cli.jar")
            ? words.stream().filter(word -> word.endsWith(".java")).findFirst().orElse("jasyncio")
            : words.getFirst();
    return program.substring(program.replace('\\', '/').lastIndexOf('/') + 1);
  }

  /// Has the browser open the page by way of a file of this user's: others can see the arguments of
  /// the program that opens it, and must not see the token.
  private static void openBrowser(String address) {
    try {
      Path file = Files.createTempFile("jasyncio-web-", ".html");
      file.toFile().deleteOnExit();
      Files.writeString(
          file,
          "<!doctype html><meta http-equiv=\"refresh\" content=\"0;url=" + address + "\">",
          UTF_8);
      Browser.open(NAME, file.toUri().toString());
    } catch (IOException e) {
      Browser.complain(NAME, e);
    }
  }
}
