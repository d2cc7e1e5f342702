package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A source file, read once, so that what is looked up, compiled and remembered is the same text.
final class SourceFile {
  private static final String SUFFIX = ".java";

  private final Path path;
  private final String displayName;
  private final byte[] bytes;

  /// A source file with this content.
  ///
  /// @param path where it is; for standard input a name in the working directory that need not
  ///   exist
  /// @param displayName what messages call it
  /// @param bytes its content, which is not copied
  SourceFile(Path path, String displayName, byte[] bytes) {
    this.path = path;
    this.displayName = displayName;
    this.bytes = bytes;
  }

  /// Reads the file that the user named; `-` stands for standard input.
  ///
  /// @throws CommandException if there is no such source file
  static SourceFile read(String name) throws CommandException {
    try {
      if (name.equals("-")) {
        return new SourceFile(Path.of("stdin" + SUFFIX), "<stdin>", System.in.readAllBytes());
      }
      Path path = Path.of(name);
      if (!name.endsWith(SUFFIX)) {
        throw notSource(path, name);
      }
      return new SourceFile(path, name, Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      throw CommandException.usage("no such file: " + name);
    } catch (AccessDeniedException e) {
      throw CommandException.usage("no permission to read " + name);
    } catch (IOException e) {
      throw CommandException.usage(
          Files.isDirectory(Path.of(name))
              ? name + " is a directory, not a .java file"
              : "cannot read " + name + ": " + e.getMessage());
    } catch (InvalidPathException e) {
      throw CommandException.usage("not a file name: " + name);
    }
  }

  private static CommandException notSource(Path path, String name) {
    if (Files.isDirectory(path)) {
      return CommandException.usage(name + " is a directory, not a .java file");
    }
    if (Files.exists(Path.of(name + SUFFIX))) {
      return CommandException.usage(
          name + " is not a .java file; did you mean " + name + SUFFIX + "?");
    }
    return CommandException.usage(
        Files.exists(path) ? name + " is not a .java file" : "no such file: " + name);
  }

  Path path() {
    return path;
  }

  String displayName() {
    return displayName;
  }

  byte[] bytes() {
    return bytes;
  }

  /// The directory that the file is in.
  Path directory() {
    Path parent = path.getParent();
    return parent != null ? parent : Path.of("");
  }

  /// The file's name without directories.
  String fileName() {
    return String.valueOf(path.getFileName());
  }

  /// The name that a class which is the file's main matter would have.
  String simpleName() {
    return fileName().substring(0, fileName().length() - SUFFIX.length());
  }

  /// The source text, with an empty line in the place of a `#!` line.
  ///
  /// @throws CommandException if it is not UTF-8
  String text() throws CommandException {
    String text;
    try {
      text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw CommandException.usage(displayName + " is not UTF-8 text");
    }
    return text.startsWith("#!") ? text.substring(endOfFirstLine(text)) : text;
  }

  private static int endOfFirstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text.length() : end;
  }
}
