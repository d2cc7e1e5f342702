package jasyncio.net;

import jasyncio.internal.net.StandardInput;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;

/// `System.in` and `System.out` as pipes: they belong to the whole program, so closing these leaves
/// them open.
final class StandardStreams {
  private StandardStreams() {}

  static InputStream input() throws IOException {
    StandardInput.check(System.in); // the pipe does not recognize what is around it
    return new FilterInputStream(System.in) {
      @Override
      public void close() {}
    };
  }

  static FilterOutputStream output() {
    return new Output(System.out);
  }

  /// Says what a `PrintStream` keeps to itself: that it cannot write. Why, it has forgotten.
  private static final class Output extends FilterOutputStream {
    private final PrintStream stream;

    Output(PrintStream stream) {
      super(stream);
      this.stream = stream;
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
      stream.write(data, offset, length);
    }

    @Override
    public void flush() throws IOException {
      if (stream.checkError()) {
        throw new IOException(
            "cannot write to the standard output: nobody reads it any more, or its disk is full");
      }
    }

    @Override
    public void close() {
      stream.flush();
    }
  }
}
