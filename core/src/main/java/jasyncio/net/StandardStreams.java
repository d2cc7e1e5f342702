package jasyncio.net;

import jasyncio.internal.net.StandardInput;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/// `System.in`, `System.out` and `System.err` as pipes: they belong to the whole program, so
/// closing these leaves them open.
final class StandardStreams {
  private StandardStreams() {}

  static InputStream in() throws IOException {
    StandardInput.check(System.in); // the pipe does not recognize what is around it
    return new FilterInputStream(System.in) {
      @Override
      public void close() {}
    };
  }

  static OutputStream out() {
    return new Output(System.out, "output");
  }

  static OutputStream err() {
    return new Output(System.err, "error");
  }

  /// Says what a `PrintStream` keeps to itself: that it cannot write. Why, it has forgotten.
  private static final class Output extends FilterOutputStream {
    private final PrintStream stream;
    private final String name;

    Output(PrintStream stream, String name) {
      super(stream);
      this.stream = stream;
      this.name = name;
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
      stream.write(data, offset, length);
    }

    @Override
    public void flush() throws IOException {
      if (stream.checkError()) {
        throw new IOException(
            "cannot write to the standard "
                + name
                + ": nobody reads it any more, or its disk is full");
      }
    }

    @Override
    public void close() {
      stream.flush();
    }
  }
}
