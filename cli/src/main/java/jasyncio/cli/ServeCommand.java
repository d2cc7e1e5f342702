package jasyncio.cli;

import jasyncio.Asyncio;
import jasyncio.KeyboardInterrupt;
import jasyncio.http.AccessLog;
import jasyncio.http.Compression;
import jasyncio.http.Cors;
import jasyncio.http.Handler;
import jasyncio.http.Http;
import jasyncio.http.HttpOptions;
import jasyncio.http.HttpProblem;
import jasyncio.http.HttpServer;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.Router;
import jasyncio.http.StaticFiles;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jasyncio serve`: the files of a folder over HTTP. Python: `python -m http.server`.
@Command(
    name = "serve",
    customSynopsis = "jasyncio serve [OPTION]... [FOLDER]",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Serve the files of a folder over HTTP.",
      "",
      "Prints the address, and a line for each request. Ends by Ctrl-C. Sends ranges,",
      "answers 304 to who has a file, compresses texts, and lists folders that have",
      "no index.html. Names that begin with a dot are not there, and neither is what",
      "symbolic links outside of the folder lead to.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0    It was ended by Ctrl-C or SIGTERM.",
      "  1    It cannot serve there; the message says why.",
      "  2    The command line makes no sense; the message says why.",
      "",
      "Examples:",
      "  jasyncio serve",
      "  jasyncio serve --port 0 --open target/reports/apidocs",
      "  jasyncio serve --host 0.0.0.0 --cache 3600 site",
    })
final class ServeCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio serve";
  private static final int MAX_PORT = 65_535;
  private static final Pattern LOCAL =
      Pattern.compile("(?i)((.+\\.)?localhost|127(\\.\\d+){3}|::1|\\[::1])?(:\\d+)?");
  private static final Duration GRACE = Duration.ofSeconds(1); // for what is being sent at the end

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FOLDER",
      defaultValue = ".",
      description = "The folder (default: the current one).")
  private String folder = ".";

  @Option(
      names = "--host",
      order = 1,
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "The address to serve on (default: 127.0.0.1, for this machine alone); 0.0.0.0 is all.")
  private String host = "";

  @Option(
      names = "--port",
      order = 2,
      paramLabel = "N",
      defaultValue = "8000",
      description = "The port (default: 8000); 0 takes one that is free.")
  private int port;

  @Option(names = "--open", order = 3, description = "Open it in the browser.")
  private boolean open;

  @Option(names = "--no-listing", order = 4, description = "Do not list folders.")
  private boolean noListing;

  @Option(
      names = "--cache",
      order = 5,
      paramLabel = "N",
      defaultValue = "0",
      description =
          "For how many seconds browsers may keep a file without asking (default: 0, they ask).")
  private int cache;

  @Option(names = "--cors", order = 6, description = "Let the pages of other sites read the files.")
  private boolean cors;

  @Option(
      names = {"-q", "--quiet"},
      order = 7,
      description = "Print no line for each request.")
  private boolean quiet;

  @Mixin HelpOption help = new HelpOption();

  private ServeCommand() {}

  @Override
  public int execute() throws Throwable {
    if (port < 0 || port > MAX_PORT) {
      throw UsageMistake.in(NAME, "--port is 0 to " + MAX_PORT + ", not " + port);
    } else if (cache < 0) {
      throw UsageMistake.in(NAME, "--cache is a number of seconds, not " + cache);
    }
    Path root = root();
    try {
      Asyncio.run(() -> serve(root));
    } catch (KeyboardInterrupt e) {
      // the usual end
    }
    return ExitStatus.OK;
  }

  private Path root() throws CommandException {
    try {
      Path root = Path.of(folder);
      if (Files.isDirectory(root)) {
        return root.toRealPath();
      }
      throw CommandException.usage(
          NAME,
          (Files.exists(root) ? "this is no folder: " : "there is no such folder: ") + folder);
    } catch (InvalidPathException | IOException e) {
      throw CommandException.usage(NAME, "this folder cannot be read: " + folder);
    }
  }

  private void serve(Path root) throws CommandException, IOException {
    try (HttpServer server = start(root)) {
      String address = address(server);
      System.out.println("serving " + root + " on " + address + "; Ctrl-C ends it");
      if (open) {
        Browser.open(NAME, address);
      }
      server.serveForever();
    }
  }

  private HttpServer start(Path root) throws CommandException, IOException {
    try {
      return Http.start(handler(root), host, port, HttpOptions.defaults().grace(GRACE));
    } catch (UnknownHostException e) {
      throw CommandException.failure(NAME, "there is no address " + host);
    } catch (BindException e) {
      throw CommandException.failure(NAME, reason(e));
    }
  }

  private String reason(BindException problem) {
    Throwable cause = Objects.requireNonNullElse(problem.getCause(), problem);
    String said = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (said.contains("in use")) {
      return "port " + port + " is taken; --port 0 takes one that is free";
    } else if (said.contains("permission")) {
      return "port " + port + " is not for this user; --port 0 takes one that is";
    }
    return host + " is no address of this machine; --host 0.0.0.0 serves on all of them";
  }

  private static String address(HttpServer server) {
    InetAddress at = ((InetSocketAddress) server.address()).getAddress();
    String name = at.isAnyLocalAddress() ? "localhost" : at.getHostAddress();
    return "http://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + server.port() + "/";
  }

  /// What answers.
  Handler handler(Path root) {
    var files =
        StaticFiles.of(root)
            .listing(!noListing)
            .cacheControl(cache == 0 ? "no-cache" : "max-age=" + cache);
    var app = new Router().files("/", files);
    if (!quiet) {
      app.with(AccessLog.to(ServeCommand::print));
    }
    app.with(this::checkHost);
    if (cors) {
      app.with(Cors.of("*").methods("GET", "HEAD"));
    }
    return app.with(Compression.standard());
  }

  private static void print(String line) {
    System.out.println(
        LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + " " + line);
  }

  /// What is for this machine alone is for its own names alone: a page of another site whose name
  /// leads here could read the files otherwise.
  private Response checkHost(Request request, Handler next) throws Exception {
    if (LOCAL.matcher(host).matches() && !LOCAL.matcher(request.host()).matches()) {
      throw HttpProblem.of(403, "Only localhost is served here; --host serves others.");
    }
    return next.handle(request);
  }
}
