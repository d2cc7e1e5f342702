package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.TimerHandle;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Files that a server has sent a moment ago, for whoever asks for them next: they need not be
/// looked for by another thread.
final class OpenFiles {
  /* Overview
   * All of this is the loop's thread's. A file is
   *
   *   used     by the requests that are answered with it, each from get(), or from its search, until release()
   *   kept     in `files`, by what was asked for, once it was sent as a whole: keep(). Until its time is over, its name leads
   *            to another file, or there are too many. Then it is no more, but may still be used
   *   closed   when it is neither
   *
   * Nothing is sent by that alone: get() asks the system whether the name still leads to that file, and whether it is as it
   * was. That is no more than the same name's entry in memory, as it was asked for a moment ago.
   */
  static final int MOST = 128; // files
  private static final int SETTLED = 2000; // ms: the coarsest time that a file system keeps

  /// What was asked for.
  ///
  /// @param place where names are looked up
  /// @param prefix how many parts of the path led there
  /// @param path the path, as it was sent
  /// @param encodings what the client takes, if that matters
  record Key(Object place, int prefix, String path, String encodings) {}

  /// A file that was found.
  static final class OpenFile {
    private final Path path; // no symbolic link itself
    private final FileState state; // when it was found
    private final @Nullable FileChannel channel; // null: its bytes are in the response
    private final Response response;
    private final double until; // that time it may be kept
    private int uses = 1; // its search
    private boolean kept;

    /// A file that is used once.
    ///
    /// @param channel what it is read by; closed with the file
    /// @param response what answers a request for all of it
    /// @param until when it has to be looked for anew
    OpenFile(
        Path path,
        FileState state,
        @Nullable FileChannel channel,
        Response response,
        double until) {
      this.path = path;
      this.state = state;
      this.channel = channel;
      this.response = response;
      this.until = until;
    }

    Response response() {
      return response;
    }

    /// Whether its name still leads to it, and it has not changed.
    private boolean isSame() {
      if (channel != null && !channel.isOpen()) { // an interrupt has closed it
        return false;
      }
      try {
        return state.isStill(path);
      } catch (IOException e) {
        return false; // it is no longer there
      }
    }

    private void closeIfUnused() {
      if (channel != null && uses == 0 && !kept) {
        try {
          channel.close();
        } catch (IOException e) {
          // it was read alone
        }
      }
    }
  }

  long settled = SETTLED; // how old a change is that the next one cannot look like; tests change it

  private final EventLoop loop;
  private final double life; // seconds
  private final Map<Key, OpenFile> files = new LinkedHashMap<>(); // those that came first go first
  private @Nullable TimerHandle sweep;
  private boolean closed;

  /// Files of a server.
  ///
  /// @param life for how many seconds they are kept; 0: not at all
  OpenFiles(EventLoop loop, double life) {
    this.loop = loop;
    this.life = life;
  }

  boolean isUseful() {
    return life > 0 && !closed;
  }

  /// Until when a file is kept that is looked for now.
  double until() {
    return loop.time() + life;
  }

  /// The file that was asked for, if it is there and as it was; to be released.
  @Nullable OpenFile get(Key key) {
    var file = files.get(key);
    if (file == null) {
      return null;
    }
    file.uses++; // also while the system is asked
    if (loop.time() < file.until && file.isSame()) {
      return file;
    }
    if (files.remove(key, file)) {
      forget(file);
    }
    release(file);
    return null;
  }

  /// A request has been answered with a file that was searched for.
  ///
  /// @param sent whether it was sent to its end
  void keep(Key key, OpenFile file, boolean sent) {
    if (sent && !closed && loop.time() < file.until && !files.containsKey(key)) {
      if (files.size() == MOST) {
        forget(Objects.requireNonNull(files.remove(files.keySet().iterator().next())));
      }
      file.kept = true;
      files.put(key, file);
      sweepLater();
    }
    release(file);
  }

  /// A request has been answered with it.
  void release(OpenFile file) {
    file.uses--;
    file.closeIfUnused();
  }

  private static void forget(OpenFile file) {
    file.kept = false;
    file.closeIfUnused();
  }

  private void sweepLater() {
    if (sweep == null) {
      sweep = loop.callAt(files.values().iterator().next().until, this::sweep);
    }
  }

  /// Closes files whose time is over.
  private void sweep() {
    sweep = null;
    double now = loop.time();
    files
        .values()
        .removeIf(file -> {
          boolean over = now >= file.until;
          if (over) {
            forget(file);
          }
          return over;
        });
    if (!files.isEmpty()) {
      sweepLater();
    }
  }

  /// Keeps nothing from now on.
  void close() {
    closed = true;
    if (sweep != null) {
      sweep.cancel();
      sweep = null;
    }
    files.values().forEach(OpenFiles::forget);
    files.clear();
  }

  int size() {
    return files.size();
  }
}
