package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Says why a server cannot listen, and what to do.
///
/// The system gives a word, and core what it was about; here it is known that it is a server's.
final class ListenErrors {
  private static final int FIRST_FREE = 1024; // port that anybody may take
  private static final int LONGEST_PATH = 107; // bytes, as Linux has it

  private ListenErrors() {}

  static IOException explained(BindException e, @Nullable String host, int port) {
    var said = said(e);
    var where = host == null ? "port " + port : "port " + port + " of " + host;
    if (said.contains("in use")) {
      return explained(
          e,
          where
              + " is in use by another program, or another server of this one; end that, or take"
              + " another port (0 takes one that is free)");
    } else if (said.contains("permission") || said.contains("not permitted")) {
      return explained(
          e,
          where
              + " may not be taken by this user"
              + (port < FIRST_FREE ? "; take one from 1024 on, and a proxy before it" : ""));
    } else if (host != null && (said.contains("assign") || said.contains("any address"))) {
      return explained(
          e,
          host
              + " is no address of this machine; listen on 127.0.0.1, for programs of this machine"
              + " alone, or on null, for all of its addresses");
    }
    return e;
  }

  static IOException explained(IOException e, Path path) {
    var folder = path.toAbsolutePath().getParent();
    int length = path.toString().getBytes(UTF_8).length;
    if (folder != null && !Files.isDirectory(folder)) {
      var missing =
          new NoSuchFileException(
              path.toString(), null, "there is no folder for the socket; make it before");
      missing.initCause(e);
      return missing;
    } else if (length > LONGEST_PATH) {
      return explained(
          e,
          "the path of a socket has at most "
              + LONGEST_PATH
              + " bytes, and this one "
              + length
              + ": "
              + path);
    } else if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return explained(
          e,
          "there is a file or folder at "
              + path
              + " that is no socket; remove it, or take another path");
    }
    return e;
  }

  /// What the system has said, in small letters.
  private static String said(Exception e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
  }

  private static BindException explained(IOException e, String sentence) {
    var explained = new BindException(sentence);
    explained.initCause(e);
    return explained;
  }
}
