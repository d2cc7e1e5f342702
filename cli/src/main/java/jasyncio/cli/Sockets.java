package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where a program may have opened a socket for visitors: in a directory `jasyncio-USER` for
/// temporary files, its own or that of its container.
final class Sockets {
  private static final Path PROCESSES = Path.of("/proc");

  private Sockets() {}

  /// The sockets of a process, which may have been left by others of its number.
  static List<Path> of(String pid) {
    var sockets = new ArrayList<Path>();
    var here = Path.of(System.getProperty("java.io.tmpdir"));
    sockets.addAll(in(here, pid, System.getProperty("user.name")));
    Path process = PROCESSES.resolve(pid);
    if (Files.exists(process)) { // in a container both the directory and the number are others
      Path there = process.resolve("root/tmp");
      sockets.addAll(in(there, numberInside(process, pid), "*"));
    }
    return sockets.stream().distinct().filter(socket -> isOfOwnerOf(process, socket)).toList();
  }

  private static List<Path> in(Path directory, String pid, String user) {
    var found = new ArrayList<Path>();
    try (var users = Files.newDirectoryStream(directory, "jasyncio-" + user)) {
      for (Path of : users) {
        Path socket = of.resolve(pid + ".sock");
        if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
          found.add(socket);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return found; // none that we may see
    }
    return found;
  }

  private static String numberInside(Path process, String pid) {
    try {
      return Files.readString(process.resolve("status"), UTF_8)
          .lines()
          .filter(line -> line.startsWith("NSpid:"))
          .map(line -> line.replaceAll(".*\\s", ""))
          .findFirst()
          .orElse(pid);
    } catch (IOException e) {
      return pid; // no such thing here
    }
  }

  /// Where everybody may make directories, others have made this one than the process.
  private static boolean isOfOwnerOf(Path process, Path socket) {
    try {
      var directory = socket.toAbsolutePath().getParent();
      return !Files.exists(process)
          || (directory != null && Files.getOwner(directory).equals(Files.getOwner(process)));
    } catch (IOException e) {
      return false;
    }
  }
}
