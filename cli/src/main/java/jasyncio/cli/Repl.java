package jasyncio.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// The conversation of `jasyncio repl`: reads, evaluates, prints, and begins again.
final class Repl {
  /* Overview
   * The JVM's first thread serves the host, which may be the loop itself, as in Python: Ctrl-C is the business of that
   * one. The conversation has a thread of its own. Reading begins while JShell, which takes a second for that, is still being started.
   */
  private static final Pattern EXIT =
      Pattern.compile(
          "\\s*(?:/(?:exit|quit)\\s*(\\d{1,3})?|(?:exit|quit)\\s*(?:\\(\\s*\\))?\\s*;?)\\s*");
  private static final Pattern COMMAND = Pattern.compile("\\s*(/(?:[a-z?!][^\\n]*)?)\\s*");

  private static final Pattern PS = Pattern.compile("/ps(\\s.*)?", Pattern.DOTALL);

  private static final String HELP =
      """
      An input is Java: expressions, statements, declarations of variables, methods and classes.
      It runs as a coroutine on the event loop, so it may wait: await(task), sleep(1). Write it
      without run(…).\
      """;

  private final ReplHost host;
  private final ReplConsole console;
  private final CompletableFuture<ReplEngine> engine;
  private final int limit; // see ValueText

  Repl(ReplHost host, ReplConsole console, CompletableFuture<ReplEngine> engine, int limit) {
    this.host = host;
    this.console = console;
    this.engine = engine;
    this.limit = limit;
  }

  /// Makes the host, on the thread that is to serve it.
  @FunctionalInterface
  interface HostMaker {
    /// Makes it.
    ///
    /// @param endsByInterrupt whether Ctrl-C ends it, for want of anybody else who minds it
    ReplHost make(boolean endsByInterrupt);
  }

  /// Has a conversation with whoever is at the other end of the standard streams.
  ///
  /// @param limit after so many characters values are cut
  /// @return the exit status
  static int start(ClassPath classPath, int limit, HostMaker maker) {
    PrintStream errors = System.err;
    CompletableFuture<ReplEngine> engine = new CompletableFuture<>();
    ReplConsole console = isTerminal() ? new TerminalConsole(engine) : piped(engine);
    System.setErr(ReadableErrors.instead(System.err, text -> restore(text, engine)));
    try (ReplHost host = maker.make(console.leavesInterruptsToLoop())) {
      return new Repl(host, console, engine, limit).serve(classPath);
    } finally {
      System.setErr(errors);
    }
  }

  private int serve(ClassPath classPath) {
    try (console) {
      console.onInterrupt(host::interrupt);
      daemon("jasyncio-repl-start", () -> startEngine(classPath));
      daemon("jasyncio-repl", this::converse);
      int status = host.serve();
      if (status == ExitStatus.INTERRUPTED) {
        System.err.println("Interrupted");
      }
      return status;
    }
  }

  private void startEngine(ClassPath classPath) {
    try {
      engine.complete(
          new ReplEngine(
              host.execution(limit), classPath, System.out, System.err, console.colours()));
    } catch (Throwable e) {
      engine.completeExceptionally(e);
    }
  }

  /// On any thread, also while an input is evaluated, for which JShell is not made.
  private static String restore(String text, CompletableFuture<ReplEngine> engine) {
    try {
      return engine.state() == Future.State.SUCCESS ? engine.resultNow().restore(text) : text;
    } catch (RuntimeException e) {
      return text;
    }
  }

  /// Whether a person sits there, who types and reads.
  static boolean isTerminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  private static ReplConsole piped(CompletableFuture<ReplEngine> engine) {
    Charset charset = Charset.forName(System.getProperty("stdin.encoding", "UTF-8"));
    return new PipedConsole(
        new BufferedReader(new InputStreamReader(System.in, charset)),
        text -> !isCommand(text) && engine.join().isIncomplete(text));
  }

  private static void daemon(String name, Runnable body) {
    Thread.ofPlatform().name(name).daemon().start(body);
  }

  /// Whether an input is for the REPL itself; comments begin with a slash, too.
  static boolean isCommand(String text) {
    return COMMAND.matcher(text).matches() || EXIT.matcher(text).matches();
  }

  void converse() {
    int status = ExitStatus.FAILED;
    try {
      console.greet(greeting());
      status = answerAll();
    } finally {
      if (engine.state() == Future.State.SUCCESS) {
        engine.resultNow().close();
      }
      host.end(status);
    }
  }

  private String greeting() {
    return "jasyncio REPL "
        + VersionText.version()
        + " on JDK "
        + Runtime.version()
        + "\n"
        + host.greeting()
        + "\nType /help for help, /exit or Ctrl-D to leave.";
  }

  /// Returns the exit status.
  private int answerAll() {
    for (String input = console.read(); input != null && !host.hasEnded(); input = console.read()) {
      var exit = EXIT.matcher(input);
      if (exit.matches() && !isDeclared(input)) {
        return exit.group(1) == null ? ExitStatus.OK : Integer.parseInt(exit.group(1));
      }
      answer(input);
    }
    return ExitStatus.OK;
  }

  /// Whether a name such as `exit` has got a meaning here.
  private boolean isDeclared(String input) {
    return !input.strip().startsWith("/") && engine.join().declares(input.strip().substring(0, 4));
  }

  private void answer(String input) {
    if (!isCommand(input)) {
      host.beginInput();
      try {
        engine.join().evaluate(input);
      } catch (RuntimeException e) { // of JShell
        if (!host.hasEnded()) {
          System.err.println("the REPL cannot cope with this input: " + e);
        }
      } finally {
        host.endInput();
      }
      return;
    }
    String command = input.strip();
    if (PS.matcher(command).matches()) {
      listTasks(command.substring("/ps".length()));
      return;
    }
    switch (command) {
      case "/help", "/?" -> System.out.println(HELP + " " + host.help());
      default -> System.err.println(refusal(command));
    }
  }

  private static String refusal(String command) {
    String name = command.split("\\s", 2)[0];
    return switch (name) {
      case "/help", "/?" -> name + " takes no argument";
      case "/exit", "/quit" -> name + " takes an exit status, as in " + name + " 3";
      default -> "there is no command " + name + "; /help lists them";
    };
  }

  private void listTasks(String options) {
    try {
      System.out.println(engine.join().restore(host.tasks(TaskFilter.of("/ps", options))));
    } catch (CommandException e) {
      System.err.println(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    } catch (TimeoutException e) {
      System.err.println("the event loop does not answer: something holds it up");
    } catch (Exception e) {
      System.err.println(e);
    }
  }
}
