package jasyncio.testing.internal.disk;

import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;

/// How a file is opened.
///
/// @param sync whether each write is made durable at once, with `SYNC` and `DSYNC`
record OpenFlags(
    boolean read,
    boolean write,
    boolean append,
    boolean truncate,
    boolean create,
    boolean createNew,
    boolean deleteOnClose,
    boolean sync,
    boolean noFollow) {

  /// Those of a channel.
  static OpenFlags of(Set<? extends OpenOption> options) {
    var flags = parse(options);
    if (flags.read && flags.append) {
      throw new IllegalArgumentException("READ + APPEND not allowed");
    } else if (flags.append && flags.truncate) {
      throw new IllegalArgumentException("APPEND + TRUNCATE_EXISTING not allowed");
    }
    return flags;
  }

  /// Those of an asynchronous channel.
  static OpenFlags ofAsynchronous(Set<? extends OpenOption> options) {
    var flags = parse(options);
    if (flags.append) {
      throw new UnsupportedOperationException("APPEND not allowed");
    }
    return flags;
  }

  private static OpenFlags parse(Set<? extends OpenOption> options) {
    for (var option : options) {
      check(option);
    }
    boolean append = options.contains(StandardOpenOption.APPEND);
    boolean write = options.contains(StandardOpenOption.WRITE) || append;
    return new OpenFlags(
        options.contains(StandardOpenOption.READ) || !write,
        write,
        append,
        options.contains(StandardOpenOption.TRUNCATE_EXISTING),
        options.contains(StandardOpenOption.CREATE),
        options.contains(StandardOpenOption.CREATE_NEW),
        options.contains(StandardOpenOption.DELETE_ON_CLOSE),
        options.contains(StandardOpenOption.SYNC) || options.contains(StandardOpenOption.DSYNC),
        options.contains(LinkOption.NOFOLLOW_LINKS));
  }

  /// {@return whether a symbolic link at the end of the path is followed}
  boolean follows() {
    boolean exclusive = write && createNew;
    return !exclusive && (createNew || (!noFollow && !deleteOnClose));
  }

  private static void check(OpenOption option) {
    Objects.requireNonNull(option);
    if (!(option instanceof StandardOpenOption) && option != LinkOption.NOFOLLOW_LINKS) {
      throw new UnsupportedOperationException(option + " not supported");
    }
  }
}
