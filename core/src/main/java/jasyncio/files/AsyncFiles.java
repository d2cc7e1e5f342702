package jasyncio.files;

import jasyncio.internal.base.Members;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Opens files, and has the calls of [java.nio.file.Files] that take time, made on the loop's
/// executor.
///
/// Called in a coroutine. All suspend, and throw what the JDK throws.
///
/// **Cancellation** drops a call that has not begun. One that has goes on to its end, and nobody
/// hears of it; but no file stays open, and no temporary file stays behind. Python: `aiofiles`,
/// `aiofiles.os` and `aiofiles.tempfile`.
public final class AsyncFiles {
  private AsyncFiles() {}

  // ---- opening ----------------------------------------------------------------------------------

  /// Opens a file.
  ///
  /// @param path where it is
  /// @param options how, as [FileChannel#open]; for reading if there are none
  /// @return the file; close it
  /// @throws java.nio.file.NoSuchFileException if there is none
  /// @throws IOException if it cannot be opened
  /// @throws IllegalArgumentException if the options exclude each other
  public static AsyncFile open(Path path, OpenOption... options) throws IOException {
    Objects.requireNonNull(path, "path");
    var wanted = Set.copyOf(Members.copy(options, "option"));
    boolean append = wanted.contains(StandardOpenOption.APPEND);
    boolean writable = append || wanted.contains(StandardOpenOption.WRITE);
    var opened =
        Calls.make(
            path,
            () -> {
              var channel = FileChannel.open(path, wanted);
              try {
                return new AsyncFile.Opened(channel, channel.position(), channel.size());
              } catch (Throwable e) {
                channel.close();
                throw e;
              }
            },
            made -> made.channel().close());
    return new AsyncFile(path, opened, writable, append);
  }

  /// Opens a file for writing, new or emptied. Python: mode `"w"`.
  ///
  /// @param path where it is
  /// @return the file; close it
  /// @throws IOException if it cannot be opened
  public static AsyncFile create(Path path) throws IOException {
    return open(
        path,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  /// Opens a file for writing at its end, new if there is none. Python: mode `"a"`.
  ///
  /// @param path where it is
  /// @return the file; close it
  /// @throws IOException if it cannot be opened
  public static AsyncFile append(Path path) throws IOException {
    return open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  // ---- whole files ------------------------------------------------------------------------------

  /// Reads a whole file.
  ///
  /// @param path where it is
  /// @return its bytes
  /// @throws java.nio.file.NoSuchFileException if there is none
  /// @throws IOException if it cannot be read
  public static byte[] readBytes(Path path) throws IOException {
    return Calls.call(path, () -> Files.readAllBytes(path));
  }

  /// Reads a whole file as UTF-8 text.
  ///
  /// @param path where it is
  /// @return its text
  /// @throws java.nio.charset.CharacterCodingException if it is no UTF-8
  /// @throws IOException if it cannot be read
  public static String readString(Path path) throws IOException {
    return readString(path, StandardCharsets.UTF_8);
  }

  /// Reads a whole file as text.
  ///
  /// @param path where it is
  /// @param charset the charset
  /// @return its text
  /// @throws java.nio.charset.CharacterCodingException if it is none of that charset
  /// @throws IOException if it cannot be read
  public static String readString(Path path, Charset charset) throws IOException {
    return Calls.call(path, () -> Files.readString(path, charset));
  }

  /// Reads all lines of a file, as UTF-8 text without line ends. For a large file, open it and
  /// iterate over [AsyncFile#lines()].
  ///
  /// @param path where it is
  /// @return its lines
  /// @throws java.nio.charset.CharacterCodingException if it is no UTF-8
  /// @throws IOException if it cannot be read
  public static List<String> readLines(Path path) throws IOException {
    return readLines(path, StandardCharsets.UTF_8);
  }

  /// Reads all lines of a file, as text without line ends.
  ///
  /// @param path where it is
  /// @param charset the charset
  /// @return its lines
  /// @throws java.nio.charset.CharacterCodingException if it is none of that charset
  /// @throws IOException if it cannot be read
  public static List<String> readLines(Path path, Charset charset) throws IOException {
    return Calls.call(path, () -> Files.readAllLines(path, charset));
  }

  /// Writes a whole file.
  ///
  /// @param path where it is
  /// @param data its bytes; must not change before this returns, nor after a cancellation
  /// @param options how, as [Files#write(Path, byte\[\], OpenOption...)]; new or emptied if there
  ///   are none
  /// @throws IOException if it cannot be written
  public static void writeBytes(Path path, byte[] data, OpenOption... options) throws IOException {
    Calls.run(path, () -> Files.write(path, data, options));
  }

  /// Writes a whole file as UTF-8 text.
  ///
  /// @param path where it is
  /// @param text its text; must not change before this returns, nor after a cancellation
  /// @param options how; new or emptied if there are none
  /// @throws IOException if it cannot be written
  public static void writeString(Path path, CharSequence text, OpenOption... options)
      throws IOException {
    writeString(path, text, StandardCharsets.UTF_8, options);
  }

  /// Writes a whole file as text.
  ///
  /// @param path where it is
  /// @param text its text; must not change before this returns, nor after a cancellation
  /// @param charset the charset
  /// @param options how; new or emptied if there are none
  /// @throws java.nio.charset.CharacterCodingException if the charset does not have all of it
  /// @throws IOException if it cannot be written
  public static void writeString(
      Path path, CharSequence text, Charset charset, OpenOption... options) throws IOException {
    Calls.run(path, () -> Files.writeString(path, text, charset, options));
  }

  /// Writes lines to a file, as UTF-8 text, each with the system's line end.
  ///
  /// @param path where it is
  /// @param lines the lines, which a thread of the executor goes through
  /// @param options how; new or emptied if there are none
  /// @throws IOException if it cannot be written
  public static void writeLines(
      Path path, Iterable<? extends CharSequence> lines, OpenOption... options) throws IOException {
    Calls.run(path, () -> Files.write(path, lines, options));
  }

  // ---- files and folders ------------------------------------------------------------------------

  /// Tells whether there is such a file or folder.
  ///
  /// @param path where it might be
  /// @param options whether links are followed; they are if there are none
  /// @return whether it is there
  /// @throws IOException never, unless the executor says so
  public static boolean exists(Path path, LinkOption... options) throws IOException {
    return Calls.<Boolean>call(path, () -> Files.exists(path, options));
  }

  /// Asks for the size of a file.
  ///
  /// @param path where it is
  /// @return its size, in bytes
  /// @throws IOException if there is none
  public static long size(Path path) throws IOException {
    return Calls.<Long>call(path, () -> Files.size(path));
  }

  /// Asks for what is known about a file or folder: kind, size, times.
  ///
  /// @param path where it is
  /// @param options whether links are followed; they are if there are none
  /// @return what is known
  /// @throws IOException if there is none
  public static BasicFileAttributes attributes(Path path, LinkOption... options)
      throws IOException {
    return Calls.call(path, () -> Files.readAttributes(path, BasicFileAttributes.class, options));
  }

  /// Lists a folder.
  ///
  /// @param folder where it is
  /// @return what is in it, sorted
  /// @throws java.nio.file.NotDirectoryException if it is no folder
  /// @throws IOException if it cannot be read
  public static List<Path> list(Path folder) throws IOException {
    return Calls.call(
        folder,
        () -> {
          try (var entries = Files.list(folder)) {
            return entries.sorted().toList();
          }
        });
  }

  /// Lists a folder and all beneath it.
  ///
  /// @param folder where it is
  /// @return the folder itself and what is in it at any depth; a folder before what is in it. Links
  ///   are not followed
  /// @throws java.io.UncheckedIOException if a folder beneath it cannot be read
  /// @throws IOException if it cannot be read
  public static List<Path> walk(Path folder) throws IOException {
    return walk(folder, Integer.MAX_VALUE);
  }

  /// Lists a folder and what is beneath it, down to some depth.
  ///
  /// @param folder where it is
  /// @param depth how deep; 0: the folder itself alone
  /// @return the folder itself and what is in it; a folder before what is in it
  /// @throws IllegalArgumentException if the depth is negative
  /// @throws java.io.UncheckedIOException if a folder beneath it cannot be read
  /// @throws IOException if it cannot be read
  public static List<Path> walk(Path folder, int depth) throws IOException {
    return Calls.call(
        folder,
        () -> {
          try (var entries = Files.walk(folder, depth)) {
            return entries.sorted().toList();
          }
        });
  }

  /// Copies a file; of a folder, the folder itself and not what is in it.
  ///
  /// @param source what
  /// @param target where to
  /// @param options whether something there is replaced, and the like, as [Files#copy]
  /// @throws java.nio.file.FileAlreadyExistsException if there is something and it is not replaced
  /// @throws IOException if it cannot be copied
  public static void copy(Path source, Path target, CopyOption... options) throws IOException {
    Calls.run(source, () -> Files.copy(source, target, options));
  }

  /// Moves or renames a file or folder.
  ///
  /// @param source what
  /// @param target where to
  /// @param options whether something there is replaced, and the like, as [Files#move]
  /// @throws java.nio.file.FileAlreadyExistsException if there is something and it is not replaced
  /// @throws IOException if it cannot be moved
  public static void move(Path source, Path target, CopyOption... options) throws IOException {
    Calls.run(source, () -> Files.move(source, target, options));
  }

  /// Deletes a file or an empty folder.
  ///
  /// @param path where it is
  /// @throws java.nio.file.NoSuchFileException if there is none
  /// @throws java.nio.file.DirectoryNotEmptyException if it is a folder with something in it
  /// @throws IOException if it cannot be deleted
  public static void delete(Path path) throws IOException {
    Calls.run(path, () -> Files.delete(path));
  }

  /// Deletes a file or an empty folder if it is there.
  ///
  /// @param path where it might be
  /// @return whether it was there
  /// @throws java.nio.file.DirectoryNotEmptyException if it is a folder with something in it
  /// @throws IOException if it cannot be deleted
  public static boolean deleteIfExists(Path path) throws IOException {
    return Calls.<Boolean>call(path, () -> Files.deleteIfExists(path));
  }

  /// Makes a folder, and those above it that are missing.
  ///
  /// @param folder where
  /// @param attributes permissions and the like
  /// @throws IOException if it cannot be made
  public static void createDirectories(Path folder, FileAttribute<?>... attributes)
      throws IOException {
    Calls.run(folder, () -> Files.createDirectories(folder, attributes));
  }

  /// Makes an empty file with a new name in the system's folder for temporary files. The caller
  /// deletes it.
  ///
  /// @param prefix how its name begins
  /// @param suffix how it ends
  /// @return where it is
  /// @throws IOException if it cannot be made
  public static Path createTempFile(String prefix, String suffix) throws IOException {
    return Calls.make(null, () -> Files.createTempFile(prefix, suffix), Files::delete);
  }

  /// Makes an empty file with a new name. The caller deletes it.
  ///
  /// @param folder where
  /// @param prefix how its name begins
  /// @param suffix how it ends
  /// @return where it is
  /// @throws IOException if it cannot be made
  public static Path createTempFile(Path folder, String prefix, String suffix) throws IOException {
    return Calls.make(folder, () -> Files.createTempFile(folder, prefix, suffix), Files::delete);
  }

  /// Makes an empty folder with a new name in the system's folder for temporary files. The caller
  /// deletes it.
  ///
  /// @param prefix how its name begins
  /// @return where it is
  /// @throws IOException if it cannot be made
  public static Path createTempDirectory(String prefix) throws IOException {
    return Calls.make(null, () -> Files.createTempDirectory(prefix), Files::delete);
  }
}
