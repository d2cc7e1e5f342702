package jasyncio.http;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.files.AsyncFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The content of a [Part], in memory or in a temporary file: from [Part#spill]. To be closed.
public final class Upload implements AutoCloseable {
  private final byte[] bytes; // if it is in memory
  private final @Nullable Path file;
  private final long size;

  private Upload(byte[] bytes, @Nullable Path file, long size) {
    this.bytes = bytes;
    this.file = file;
    this.size = size;
  }

  static Upload of(Part part, int memory) throws IOException {
    var begin = new ByteArrayOutputStream();
    for (var piece = part.read(); piece.length > 0; piece = part.read()) {
      begin.writeBytes(piece);
      if (begin.size() > memory) {
        return toDisk(part, begin.toByteArray());
      }
    }
    return new Upload(begin.toByteArray(), null, begin.size());
  }

  private static Upload toDisk(Part part, byte[] begin) throws IOException {
    var file = AsyncFiles.createTempFile("jasyncio-", ".upload");
    long size = begin.length;
    boolean complete = false;
    try {
      try (var out = AsyncFiles.open(file, StandardOpenOption.WRITE)) {
        out.write(begin);
        for (var piece = part.read(); piece.length > 0; piece = part.read()) {
          out.write(piece);
          size += piece.length;
        }
      }
      complete = true;
    } finally {
      if (!complete) {
        delete(file);
      }
    }
    return new Upload(new byte[0], file, size);
  }

  /// {@return how long it is, in bytes}
  public long size() {
    return size;
  }

  /// {@return whether it is in memory}
  public boolean isInMemory() {
    return file == null;
  }

  /// {@return the content} Suspends if it has to be read from a file.
  ///
  /// @throws IOException if it cannot be read
  public byte[] bytes() throws IOException {
    return file == null ? bytes : AsyncFiles.readBytes(file);
  }

  /// Copies the content to another file, which must not be there yet. Suspends.
  ///
  /// @param target where to
  /// @throws FileAlreadyExistsException if there is such a file
  /// @throws IOException if it cannot be written
  public void copyTo(Path target) throws IOException {
    try {
      if (file == null) {
        AsyncFiles.writeBytes(
            target, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } else {
        AsyncFiles.copy(file, target);
      }
    } catch (FileAlreadyExistsException e) {
      throw alreadyThere(target);
    }
  }

  /// Removes the temporary file, if there is one. Suspends.
  ///
  /// **Cancellation** ends the waiting; the file is removed.
  ///
  /// @throws IOException if it cannot be removed
  @Override
  public void close() throws IOException {
    if (file != null) {
      delete(file);
    }
  }

  /// Makes a file, which must not be there yet; whoever is cancelled meanwhile leaves none.
  /// Suspends.
  static void create(Path file) throws IOException {
    var settled = new AtomicBoolean(); // it is made, or not wanted any more: the first counts
    try {
      Asyncio.toThread(() -> {
        create(file, settled);
      });
    } catch (CancelledError e) {
      if (!settled.compareAndSet(false, true)) {
        delete(file);
      }
      throw e;
    }
  }

  private static void create(Path file, AtomicBoolean settled) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      throw alreadyThere(file);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(
          file.toString(), null, "there is no folder for it; make it before files are saved there");
    }
    if (!settled.compareAndSet(false, true)) {
      Files.delete(file);
    }
  }

  private static FileAlreadyExistsException alreadyThere(Path file) {
    return new FileAlreadyExistsException(
        file.toString(), null, "it is there already; give each upload a name of its own");
  }

  /// Removes a file, also if whoever waits for that is cancelled. Suspends.
  static void delete(Path file) throws IOException {
    Callable<Boolean> call = () -> Files.deleteIfExists(file);
    var _ = Asyncio.shield(Asyncio.getRunningLoop().runInExecutor(call)).await(IOException.class);
  }

  /// {@return such as `<Upload of 70000 bytes, in a file>`}
  @Override
  public String toString() {
    return "<Upload of " + size + " bytes, in " + (file == null ? "memory" : "a file") + ">";
  }
}
