package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// Where a program may have opened a socket for visitors: in a directory `jasyncio-USER` for
/// temporary files, its own or that of its container.
final class Sockets {
  private static final Path PROCESSES = Path.of("/proc");

  private static final String SUPERUSER = "root";

  private Sockets() {}

  /// The sockets of a process, which may have been left by others of its number.
  static List<Path> of(String pid) {
    var sockets = new ArrayList<Path>();
    Path here = Path.of(System.getProperty("java.io.tmpdir"));
    sockets.add(here.resolve("jasyncio-" + System.getProperty("user.name")).resolve(pid + ".sock"));
    Path process = PROCESSES.resolve(pid);
    if (isElsewhere(process)) { // in a container both the directory and the number are others
      sockets.addAll(in(process.resolve("root/tmp"), numberInside(process, pid)));
    }
    return sockets.stream()
        .filter(socket -> Files.exists(socket, LinkOption.NOFOLLOW_LINKS))
        .toList();
  }

  /// The root of the file system that a process sees, as it is seen from here.
  ///
  /// @param target the number of the process; otherwise it is taken to see what we do
  static Path rootOf(String target) {
    Path here = Path.of("").toAbsolutePath().getRoot();
    Path process = PROCESSES.resolve(target);
    return target.contains("/") || !isElsewhere(process) ? here : process.resolve("root");
  }

  /// Whose process it is, if that sees the files that we see; `null` if not, or if it is not known.
  ///
  /// @param target the number of the process, or the path of its socket
  static @Nullable UserPrincipal ownerOf(String target) {
    Path process = PROCESSES.resolve(target);
    try {
      if (target.contains("/")) {
        return Files.getOwner(Path.of(target), LinkOption.NOFOLLOW_LINKS);
      } else if (isElsewhere(process)) {
        return null;
      }
      return Files.getOwner(
          Files.exists(process) ? process : Path.of(System.getProperty("user.home", "")));
    } catch (IOException e) {
      return null;
    }
  }

  private static boolean isElsewhere(Path process) {
    try {
      return Files.exists(process) && !Files.isSameFile(process.resolve("root"), Path.of("/"));
    } catch (IOException e) {
      return false; // we may not see it
    }
  }

  private static List<Path> in(Path directory, String pid) {
    var found = new ArrayList<Path>();
    try (var users = Files.newDirectoryStream(directory, "jasyncio-*")) {
      users.forEach(user -> found.add(user.resolve(pid + ".sock")));
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

  /// Who listens at a socket and could deceive this user; `null` if that is this user, or one who
  /// may do anything anyway, or if the system does not say. The superuser may visit everybody.
  static @Nullable UserPrincipal strangerAt(SocketChannel channel) throws IOException {
    if (!channel.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
      return null;
    }
    UserPrincipal listener = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    return isTrusted(listener, thisUser()) ? null : listener;
  }

  static boolean isTrusted(UserPrincipal listener, UserPrincipal visitor) {
    return listener.equals(visitor)
        || listener.getName().equals(SUPERUSER)
        || visitor.getName().equals(SUPERUSER);
  }

  private static UserPrincipal thisUser() throws IOException {
    Path self = PROCESSES.resolve("self");
    if (Files.exists(self)) {
      return Files.getOwner(self);
    }
    Path probe = Files.createTempFile("jasyncio-", ""); // whose owner we are, by whatever name
    try {
      return Files.getOwner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  /// Whether the one who listens has the same owner as the process: where everybody may make
  /// directories, somebody else may have made this one.
  static boolean isOfOwnerOf(String pid, SocketChannel channel) throws IOException {
    Path process = PROCESSES.resolve(pid);
    return !Files.exists(process)
        || !channel.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)
        || channel
            .getOption(ExtendedSocketOptions.SO_PEERCRED)
            .user()
            .equals(Files.getOwner(process));
  }
}
