package jasyncio.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Output to a terminal at which somebody may be typing: then it appears above the line that is
/// being typed, in whole lines.
final class OutputAbovePrompt implements AutoCloseable {
  /* Overview
   * The line editor has a lock, which it holds while it looks for completions, say. So a program never waits for it:
   * while something is typed, what is printed is kept, and a thread of its own hands whole lines to the editor.
   *
   * States:  not reading: written at once   reading: kept, whole lines go to the editor
   * `printing` is set while the thread does that; what is printed then comes after it.
   */
  private final Consumer<String> editor;
  private final Object lock = new Object();
  private final List<Stream> streams = new ArrayList<>(); // under lock
  private boolean reading; // under lock
  private boolean printing; // under lock
  private final Thread printer;

  /// @param editor shows lines above that which is being typed; they come without the last line end
  OutputAbovePrompt(Consumer<String> editor) {
    this.editor = editor;
    this.printer = Thread.ofPlatform().name("jasyncio-repl-output").daemon().unstarted(this::print);
    printer.start();
  }

  /// A stream to be used instead of one that goes to the terminal.
  PrintStream instead(PrintStream stream) {
    var mine = new Stream(stream);
    synchronized (lock) {
      streams.add(mine);
    }
    return new PrintStream(mine, true, stream.charset());
  }

  /// From now on somebody may be typing.
  void beginReading() {
    synchronized (lock) {
      reading = true;
    }
  }

  /// Nobody is typing any more. Shows what was kept.
  void endReading() {
    synchronized (lock) {
      reading = false;
      boolean interrupted = false;
      while (printing) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      streams.forEach(Stream::show);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// From now on everything is written at once.
  @Override
  public void close() {
    endReading();
    printer.interrupt();
  }

  private void print() {
    while (true) {
      try {
        editor.accept(takeLines());
      } catch (InterruptedException e) {
        return;
      } finally {
        synchronized (lock) {
          printing = false;
          lock.notifyAll();
        }
      }
    }
  }

  private String takeLines() throws InterruptedException {
    synchronized (lock) {
      while (true) {
        for (Stream stream : streams) {
          String lines = reading ? stream.takeLines() : "";
          if (!lines.isEmpty()) {
            printing = true;
            return lines;
          }
        }
        lock.wait();
      }
    }
  }

  private final class Stream extends OutputStream {
    private final PrintStream stream;
    private final Charset charset;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(); // under lock

    Stream(PrintStream stream) {
      this.stream = stream;
      this.charset = stream.charset();
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      synchronized (lock) {
        kept.write(bytes, offset, length);
        if (reading || printing) {
          lock.notifyAll();
        } else {
          show();
        }
      }
    }

    @Override
    public void flush() throws IOException {
      stream.flush();
    }

    /// Under lock.
    void show() {
      stream.write(kept.toByteArray(), 0, kept.size());
      stream.flush();
      kept.reset();
    }

    /// The lines that are whole, without the last line end. Under lock.
    String takeLines() {
      byte[] all = kept.toByteArray();
      int end = all.length;
      while (end > 0 && all[end - 1] != '\n') {
        end--;
      }
      if (end == 0) {
        return "";
      }
      kept.reset();
      kept.write(all, end, all.length - end);
      String lines = new String(all, 0, end - 1, charset);
      return lines.isEmpty() ? " " : lines;
    }
  }
}
