package jasyncio.process;

import jasyncio.internal.process.ChildStream.Mode;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.util.Objects;

/// What a child process has as its standard input, output or error. Python: `subprocess.PIPE` and
/// its like, or a file object.
public sealed interface Stdio {

  /// A pipe; this program has its other end.
  Stdio PIPE = Plain.PIPE;

  /// Nothing: what is written vanishes, and there is nothing to read.
  Stdio DEVNULL = Plain.DEVNULL;

  /// The same as this program has.
  Stdio INHERIT = Plain.INHERIT;

  /// The same as the child's standard output; for its standard error only.
  Stdio STDOUT = Plain.STDOUT;

  /// A file: standard input is read from it; output is written to it, in place of what it had.
  ///
  /// @param path the file, which is relative to this program's directory
  /// @return it as a stream
  static Stdio file(Path path) {
    return new OfFile(Objects.requireNonNull(path, "path"), false);
  }

  /// A file that output is added to.
  ///
  /// @param path the file, which is relative to this program's directory
  /// @return it as a stream
  static Stdio append(Path path) {
    return new OfFile(Objects.requireNonNull(path, "path"), true);
  }

  /// A channel of this program's, such as an end of a [java.nio.channels.Pipe] whose other end
  /// another child gets. It stays open here: close it once the child has been started. Linux only;
  /// sockets need native access as well. Elsewhere starting the child throws an
  /// [UnsupportedOperationException].
  ///
  /// @param channel an open channel that is registered with no selector
  /// @return it as a stream
  static Stdio channel(SelectableChannel channel) {
    return new OfChannel(Objects.requireNonNull(channel, "channel"));
  }

  /// The constants.
  enum Plain implements Stdio {
    /// See [Stdio#PIPE].
    PIPE,
    /// See [Stdio#DEVNULL].
    DEVNULL,
    /// See [Stdio#INHERIT].
    INHERIT,
    /// See [Stdio#STDOUT].
    STDOUT
  }

  /// A file.
  ///
  /// @param path the file
  /// @param append whether output is added to it
  record OfFile(Path path, boolean append) implements Stdio {
    Mode mode(boolean output) {
      return !output ? Mode.READ : append ? Mode.APPEND : Mode.WRITE;
    }
  }

  /// A channel.
  ///
  /// @param channel the channel
  record OfChannel(SelectableChannel channel) implements Stdio {}
}
