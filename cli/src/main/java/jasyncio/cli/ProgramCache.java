package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Programs that were compiled before, so that the second run of a file starts without the
/// compiler.
///
/// There is one file per program, named after a hash of its source, its class path and the JDK; it
/// holds the sources too, also of the files beside it, and they are compared, so one that has
/// changed costs a compilation and nothing else. Files appear by an atomic move, hence runs that
/// race see a whole file or none. A cache that cannot be read or written is as good as an empty
/// one.
final class ProgramCache {
  private static final int MAX_PROGRAMS = 200;
  private static final long MAX_BYTES = 64L << 20;
  private static final String SUFFIX = ".program";

  private final @Nullable Path directory;
  private final String fingerprint;

  /// @param directory where the programs are kept; null keeps none
  /// @param fingerprint what else the classes depend on, beside the sources
  ProgramCache(@Nullable Path directory, String fingerprint) {
    this.directory = directory;
    this.fingerprint = fingerprint;
  }

  /// The cache of the user who runs this program.
  static ProgramCache ofUser(ClassPath path) {
    String fingerprint = path.fingerprint();
    return new ProgramCache(
        fingerprint.isEmpty() ? null : UserCache.directory("programs"), fingerprint);
  }

  /// Finds the program that was compiled from exactly this source, if it is here.
  @Nullable CompiledProgram find(SourceFile source) {
    if (directory == null) {
      return null;
    }
    try {
      Path file = fileFor(directory, source);
      return Files.exists(file)
          ? CompiledProgram.fromBytes(Files.readAllBytes(file), source)
          : null;
    } catch (IOException e) {
      return null; // unreadable or damaged: as if it were not there
    }
  }

  /// Keeps a program for later runs.
  void store(CompiledProgram program) {
    if (directory == null) {
      return;
    }
    try {
      Files.createDirectories(directory);
      Path whole = fileFor(directory, program.source());
      Path part = Files.createTempFile(directory, "new", SUFFIX);
      try {
        Files.write(part, program.toBytes());
        Files.move(
            part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
      trim(directory);
    } catch (IOException e) {
      // The program runs all the same; only the next start is slower.
    }
  }

  private Path fileFor(Path directory, SourceFile source) {
    long hash =
        Fnv.hash(fingerprint.getBytes(UTF_8), source.fileName().getBytes(UTF_8), source.bytes());
    return directory.resolve(source.simpleName() + '-' + Long.toHexString(hash) + SUFFIX);
  }

  private record Entry(Path path, long size, long written) {}

  /// Deletes the oldest programs until the rest keeps both limits.
  private static void trim(Path directory) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path path : (Iterable<Path>) files::iterator) {
        BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class);
        entries.add(new Entry(path, is.size(), is.lastModifiedTime().toMillis()));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::written).reversed());
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      bytes += entries.get(i).size();
      if (i >= MAX_PROGRAMS || bytes > MAX_BYTES) {
        Files.deleteIfExists(entries.get(i).path());
      }
    }
  }
}
