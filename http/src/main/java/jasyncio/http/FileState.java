package jasyncio.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the system says of a file: what it is, and what shows that it is another one, or has
/// changed.
///
/// The time of the last modification is no proof: programs that copy, unpack or build set it. What
/// Unix calls `ctime` is set by the system alone, with each change.
///
/// @param kind what it is
/// @param size how long it is, in bytes
/// @param modified when its content was changed, as it says
/// @param file which one it is of its file system, whatever its name; `null`: that is not known
/// @param changed when anything of it was changed, or its name; `null`: that is not known
record FileState(
    Kind kind, long size, FileTime modified, @Nullable Object file, @Nullable FileTime changed) {
  private static final String UNIX =
      "unix:isRegularFile,isDirectory,isSymbolicLink,size,lastModifiedTime,fileKey,ctime";

  private static final String CHANGES = "unix:fileKey,ctime";

  /// What a file is.
  enum Kind {
    REGULAR,
    FOLDER,
    LINK,
    OTHER
  }

  /// Asks the system, once.
  static FileState of(Path path, LinkOption... options) throws IOException {
    if (path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return of(Files.readAttributes(path, UNIX, options));
    }
    var basic = Files.readAttributes(path, BasicFileAttributes.class, options);
    return new FileState(
        kind(basic.isRegularFile(), basic.isDirectory(), basic.isSymbolicLink()),
        basic.size(),
        basic.lastModifiedTime(),
        basic.fileKey(),
        null);
  }

  /// Asks the system, once, whether a name still leads to this file, by no link, and whether that
  /// is as it was.
  boolean isStill(Path path) throws IOException {
    if (changed == null || changed.compareTo(modified) < 0) { // some keep no such time
      return of(path, LinkOption.NOFOLLOW_LINKS).equals(this);
    }
    var now = Files.readAttributes(path, CHANGES, LinkOption.NOFOLLOW_LINKS); // it shows any change
    return changed.equals(now.get("ctime")) && Objects.equals(file, now.get("fileKey"));
  }

  private static FileState of(Map<String, Object> unix) {
    return new FileState(
        kind(
            Boolean.TRUE.equals(unix.get("isRegularFile")),
            Boolean.TRUE.equals(unix.get("isDirectory")),
            Boolean.TRUE.equals(unix.get("isSymbolicLink"))),
        (Long) Objects.requireNonNull(unix.get("size")),
        (FileTime) Objects.requireNonNull(unix.get("lastModifiedTime")),
        unix.get("fileKey"),
        (FileTime) unix.get("ctime"));
  }

  private static Kind kind(boolean regular, boolean folder, boolean link) {
    return regular ? Kind.REGULAR : folder ? Kind.FOLDER : link ? Kind.LINK : Kind.OTHER;
  }

  boolean isRegularFile() {
    return kind == Kind.REGULAR;
  }

  boolean isDirectory() {
    return kind == Kind.FOLDER;
  }

  boolean isSymbolicLink() {
    return kind == Kind.LINK;
  }

  /// Whether another look at the same name shows a change, if there was one.
  boolean canBeCompared() {
    return file != null;
  }

  /// The last time of which it tells, in milliseconds.
  long lastTime() {
    return Math.max(modified.toMillis(), changed == null ? 0 : changed.toMillis());
  }

  /// An entity tag: size and time, as with other servers. What tells a file from a copy of it would
  /// tell the machines behind one name apart, which have the same files.
  String tag() {
    return "\""
        + Long.toHexString(size)
        + "-"
        + Long.toHexString(modified.to(TimeUnit.NANOSECONDS))
        + "\"";
  }
}
