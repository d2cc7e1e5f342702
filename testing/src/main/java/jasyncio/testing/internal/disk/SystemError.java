package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A call on the disk has failed. Never leaves the package: the JDK's exceptions are made of it.
@SuppressWarnings("serial") // nobody writes it
final class SystemError extends Exception {
  private final Errno errno;
  private final String text;

  SystemError(Errno errno) {
    this(errno, errno.text());
  }

  SystemError(Errno errno, String text) {
    super(text, null, false, false);
    this.errno = errno;
    this.text = text;
  }

  Errno errno() {
    return errno;
  }

  boolean is(Errno other) {
    return errno == other;
  }

  /// {@return what the JDK throws for an open file}
  IOException plain() {
    return new IOException(text);
  }

  /// {@return what the JDK throws for a path}
  IOException on(Path file) {
    return on(file, null);
  }

  /// {@return what the JDK throws for a call on two paths}
  IOException on(Path file, @Nullable Path other) {
    if (!text.equals(errno.text())) {
      return plain(); // so does the JDK with a text of its own
    }
    var a = file.toString();
    var b = other == null ? null : other.toString();
    return switch (errno) {
      case EACCES -> new AccessDeniedException(a, b, null);
      case ENOENT -> new NoSuchFileException(a, b, null);
      case EEXIST -> new FileAlreadyExistsException(a, b, null);
      case ELOOP ->
          new FileSystemException(a, b, text + " or unable to access attributes of symbolic link");
      default -> new FileSystemException(a, b, text);
    };
  }
}
