package jasyncio.testing.internal.disk;

/// Why a call on the disk fails, in Linux's words, which the JDK hands on.
enum Errno {
  ENOENT("No such file or directory"),
  EEXIST("File exists"),
  EACCES("Permission denied"),
  ENOTDIR("Not a directory"),
  EISDIR("Is a directory"),
  ENOTEMPTY("Directory not empty"),
  EINVAL("Invalid argument"),
  ELOOP("Too many levels of symbolic links"),
  ENAMETOOLONG("File name too long"),
  EBUSY("Device or resource busy"),
  EPERM("Operation not permitted"),
  EFBIG("File too large"),
  ENOSPC("No space left on device"),
  EROFS("Read-only file system"),
  EIO("Input/output error");

  private final String text;

  Errno(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
