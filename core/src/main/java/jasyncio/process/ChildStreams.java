package jasyncio.process;

import jasyncio.internal.base.Log;
import jasyncio.internal.process.ChildStream;
import jasyncio.internal.process.Descriptors;
import java.io.File;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The streams of a child that is about to be started, and our ends of its pipes.
final class ChildStreams {
  private static final Path NULL_FILE = Path.of(File.separatorChar == '\\' ? "NUL" : "/dev/null");

  /// Whether pipes are the JDK's channels, whose descriptors the child gets. Only tests change it.
  static boolean channels = Descriptors.areAvailable();

  private final ChildStream[] streams = new ChildStream[3];
  private final @Nullable Channel[] ours = new Channel[3];
  private final boolean[] pipes = new boolean[3];
  private final List<Channel> childs = new ArrayList<>();

  private ChildStreams() {}

  /// Opens what the options say.
  static ChildStreams open(ProcessOptions options) throws IOException {
    var all = new ChildStreams();
    try {
      all.add(0, options.stdin());
      all.add(1, options.stdout());
      all.add(2, options.stderr());
      return all;
    } catch (Throwable e) {
      all.closeChildsEnds();
      all.closeOurEnds();
      throw e;
    }
  }

  private void add(int fd, Stdio stdio) throws IOException {
    streams[fd] =
        switch (stdio) {
          case Stdio.Plain.INHERIT -> new ChildStream.Inherited();
          case Stdio.Plain.STDOUT -> new ChildStream.LikeStdout();
          case Stdio.Plain.DEVNULL ->
              new ChildStream.OpenFile(
                  NULL_FILE, fd == 0 ? ChildStream.Mode.READ : ChildStream.Mode.WRITE);
          case Stdio.OfFile file -> new ChildStream.OpenFile(file.path(), file.mode(fd != 0));
          case Stdio.OfChannel c -> descriptor(c);
          case Stdio.Plain.PIPE -> pipe(fd);
        };
  }

  private static ChildStream descriptor(Stdio.OfChannel stdio) throws IOException {
    if (!Descriptors.areAvailable()) {
      throw new UnsupportedOperationException(
          "a channel as a child's stream needs Linux and its /proc; use a file or a pipe");
    }
    return new ChildStream.Descriptor(Descriptors.of(stdio.channel()));
  }

  private ChildStream pipe(int fd) throws IOException {
    pipes[fd] = true;
    if (!channels) {
      return new ChildStream.BlockingPipe();
    }
    var pipe = Descriptors.openPipe();
    var childs = fd == 0 ? pipe.source() : pipe.sink();
    this.childs.add(childs);
    ours[fd] = fd == 0 ? pipe.sink() : pipe.source();
    return new ChildStream.Descriptor(Descriptors.of(childs));
  }

  ChildStream stream(int fd) {
    return streams[fd];
  }

  boolean isPipe(int fd) {
    return pipes[fd];
  }

  /// Our end of a pipe; `null` if it is a blocking one.
  @Nullable Channel ours(int fd) {
    return ours[fd];
  }

  /// The child has its ends now: close them here, or the pipes never end.
  void closeChildsEnds() {
    childs.forEach(ChildStreams::close);
  }

  void closeOurEnds() {
    for (var channel : ours) {
      if (channel != null) {
        close(channel);
      }
    }
  }

  private static void close(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      Log.log(System.Logger.Level.DEBUG, "cannot close a pipe", e);
    }
  }
}
