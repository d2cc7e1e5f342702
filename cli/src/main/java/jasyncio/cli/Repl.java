package jasyncio.cli;

import jasyncio.inspect.LoopInfo;
import java.io.BufferedReader;
import java.io.Console;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// The conversation of `jasyncio repl`: reads, evaluates, prints, and begins again.
final class Repl {
  /* Overview
   * The JVM's first thread runs the loop, as Python's does: Ctrl-C is the business of that one. The conversation has a
   * thread of its own. Reading begins while JShell, which takes a second for that, is still being started.
   */
  private static final int PATIENCE_SECONDS = 2;
  private static final Pattern EXIT =
      Pattern.compile(
          "\\s*(?:/(?:exit|quit)\\s*(\\d{1,3})?|(?:exit|quit)\\s*(?:\\(\\s*\\))?\\s*;?)\\s*");
  private static final Pattern COMMAND = Pattern.compile("\\s*(/(?:[a-z?!][^\\n]*)?)\\s*");

  private static final String HELP =
      """
      An input is Java: expressions, statements, declarations of variables, methods and classes.
      It runs as a coroutine on the event loop, so it may wait: await(task), sleep(1). Write it
      without run(…). The loop goes on while you type, and so do the tasks that you have made.
      asyncio's functions and classes are imported, and java.base.

        /ps             all tasks of the loop, and what each waits for
        /exit [STATUS]  ends the REPL and cancels its tasks; so does Ctrl-D
        /help           this text

      Ctrl-C cancels the input that runs; pressed again, it breaks it off. Tab completes names.\
      """;

  private final ReplLoop loop;
  private final ReplConsole console;
  private final CompletableFuture<ReplEngine> engine;

  Repl(ReplLoop loop, ReplConsole console, CompletableFuture<ReplEngine> engine) {
    this.loop = loop;
    this.console = console;
    this.engine = engine;
  }

  /// Has a conversation with whoever is at the other end of the standard streams.
  ///
  /// @return the exit status
  static int start(ClassPath classPath) {
    SnippetClasses classes = new SnippetClasses(classPath);
    PrintStream errors = System.err;
    CompletableFuture<ReplEngine> engine = new CompletableFuture<>();
    ReplConsole console = isTerminal() ? new TerminalConsole(engine) : piped(engine);
    System.setErr(ReadableErrors.instead(System.err, text -> restore(text, engine)));
    try (ReplLoop loop = new ReplLoop(console.leavesInterruptsToLoop())) {
      return new Repl(loop, console, engine).serve(classes, classPath);
    } finally {
      System.setErr(errors);
    }
  }

  private int serve(SnippetClasses classes, ClassPath classPath) {
    try (console) {
      console.onInterrupt(loop::interrupt);
      daemon("jasyncio-repl-start", () -> startEngine(classes, classPath));
      daemon("jasyncio-repl", this::converse);
      Thread.currentThread().setContextClassLoader(classes.loader()); // not the line editor's
      int status = loop.serve();
      if (status == ExitStatus.INTERRUPTED) {
        System.err.println("Interrupted");
      }
      return status;
    }
  }

  private void startEngine(SnippetClasses classes, ClassPath classPath) {
    try {
      engine.complete(
          new ReplEngine(loop, classes, classPath, System.out, System.err, console.colours()));
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
      loop.end(status);
    }
  }

  private static String greeting() {
    return "jasyncio REPL "
        + VersionText.version()
        + " on JDK "
        + Runtime.version()
        + "\nEvery input runs on the event loop: write await(…) or sleep(1) directly, without run(…)."
        + "\nType /help for help, /exit or Ctrl-D to leave.";
  }

  /// Returns the exit status.
  private int answerAll() {
    for (String input = console.read(); input != null && !loop.hasEnded(); input = console.read()) {
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
      loop.beginInput();
      try {
        engine.join().evaluate(input);
      } catch (RuntimeException e) { // of JShell
        if (!loop.hasEnded()) {
          System.err.println("the REPL cannot cope with this input: " + e);
        }
      } finally {
        loop.endInput();
      }
      return;
    }
    String command = input.strip();
    switch (command) {
      case "/ps" -> listTasks();
      case "/help", "/?" -> System.out.println(HELP);
      default -> System.err.println(refusal(command));
    }
  }

  private static String refusal(String command) {
    String name = command.split("\\s", 2)[0];
    return switch (name) {
      case "/ps", "/help", "/?" -> name + " takes no argument";
      case "/exit", "/quit" -> name + " takes an exit status, as in " + name + " 3";
      default -> "there is no command " + name + "; /help lists them";
    };
  }

  private void listTasks() {
    try {
      String tasks =
          loop.ask(() -> LoopInfo.capture(loop.loop()).format())
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      System.out.println(engine.join().restore(tasks));
    } catch (TimeoutException e) {
      System.err.println("the event loop does not answer: something holds it up");
    } catch (Exception e) {
      System.err.println(e);
    }
  }
}
