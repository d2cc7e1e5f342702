package jasyncio.testing.internal.disk;

import java.nio.file.Path;

/// A path that belongs to neither of the file systems that are compared.
final class Other {
  private Other() {}

  static Path path() {
    return Path.of(java.net.URI.create("jrt:/java.base"));
  }
}
