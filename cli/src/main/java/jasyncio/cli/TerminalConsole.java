package jasyncio.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/// A person at a terminal: prompts, history, completion, colours. What the program prints meanwhile
/// appears above the line that is being typed.
final class TerminalConsole implements ReplConsole {
  private static final String PROMPT = ">>> ";
  private static final String CONTINUATION = "... ";

  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final Terminal terminal;
  private final LineReader reader;
  private final OutputAbovePrompt output;
  private final Colours colours;

  TerminalConsole(CompletableFuture<ReplEngine> engine) {
    try {
      terminal = TerminalBuilder.builder().system(true).dumb(true).nativeSignals(true).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean dumb = terminal.getType().startsWith(Terminal.TYPE_DUMB);
    colours = new Colours(!dumb && System.getenv("NO_COLOR") == null);
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("jasyncio")
            .parser(new SnippetParser(engine))
            .completer(new SnippetCompleter(engine))
            .highlighter(new JavaHighlighter(colours))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.HISTORY_TIMESTAMPED, false)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, CONTINUATION)
            .variable(LineReader.BELL_STYLE, "none")
            .build();
    Path history = history(UserCache.directory("repl-history"));
    if (history != null) {
      reader.setVariable(LineReader.HISTORY_FILE, history);
    }
    output = new OutputAbovePrompt(reader::printAbove);
    System.setOut(output.instead(realOut));
    System.setErr(output.instead(realErr));
  }

  /// The file, which nobody else may read.
  static @Nullable Path history(@Nullable Path file) {
    if (file == null) {
      return null;
    }
    FileAttribute<?>[] mine =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try {
      Files.createFile(file, mine);
    } catch (FileAlreadyExistsException e) {
      return file;
    } catch (IOException e) {
      return null; // then nothing is remembered
    }
    return file;
  }

  @Override
  public void onInterrupt(Runnable action) {
    terminal.handle(Terminal.Signal.INT, signal -> action.run());
  }

  @Override
  public void greet(String text) {
    System.out.println(text);
    System.out.println(colours.prompt(PROMPT) + "import static jasyncio.Asyncio.*;");
  }

  @Override
  public @Nullable String read() {
    output.beginReading();
    try {
      return reader.readLine(colours.prompt(PROMPT));
    } catch (UserInterruptException e) {
      return ""; // and so a new prompt
    } catch (EndOfFileException e) {
      return null;
    } finally {
      output.endReading();
      Thread.interrupted(); // of a Ctrl-C that came too late for the reader
    }
  }

  @Override
  public Colours colours() {
    return colours;
  }

  @Override
  public boolean leavesInterruptsToLoop() {
    return false;
  }

  @Override
  public void close() {
    System.out.flush();
    System.err.flush();
    System.setOut(realOut);
    System.setErr(realErr);
    output.close();
    try {
      terminal.close();
    } catch (IOException e) {
      return; // there is nothing to be done
    }
  }
}
