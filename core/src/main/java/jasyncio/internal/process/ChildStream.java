package jasyncio.internal.process;

import java.nio.file.Path;

/// What a child has as one of its standard streams.
public sealed interface ChildStream {

  /// The same as its parent.
  record Inherited() implements ChildStream {}

  /// A file that is opened for it.
  ///
  /// @param path the file
  /// @param mode what for
  record OpenFile(Path path, Mode mode) implements ChildStream {}

  /// A descriptor of its parent's.
  ///
  /// @param number the descriptor, open in this process
  record Descriptor(int number) implements ChildStream {}

  /// What it has as its standard output; for standard error only.
  record LikeStdout() implements ChildStream {}

  /// A pipe whose other end is a blocking stream of [Child]; where descriptors cannot be had.
  record BlockingPipe() implements ChildStream {}

  /// What a file is opened for.
  enum Mode {
    READ,
    WRITE,
    APPEND
  }
}
