package jasyncio.internal.process;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Starts children by `posix_spawn`. Needs Linux and native access.
final class PosixLauncher implements Launcher {
  private static final int PERMISSIONS = 0666; // of new files, less the umask
  private static final SystemText TEXT = SystemText.ofSystem();

  private final Libc libc;

  private PosixLauncher(Libc libc) {
    this.libc = libc;
  }

  static @Nullable PosixLauncher ifPossible() {
    var libc = Libc.ifPossible();
    return libc == null ? null : new PosixLauncher(libc);
  }

  @Override
  public Child start(Command command) throws IOException {
    TEXT.check(command);
    int pid;
    try (var arena = Arena.ofConfined()) {
      pid = new Spawn(arena).start(command);
    }
    return new PosixChild(libc, pid);
  }

  /// One call of `posix_spawn`.
  private final class Spawn {
    private final Arena arena;
    private final MemorySegment actions;
    private final MemorySegment attributes;

    Spawn(Arena arena) {
      this.arena = arena;
      this.actions = arena.allocate(Libc.FILE_ACTIONS_SIZE, 16);
      this.attributes = arena.allocate(Libc.ATTRIBUTES_SIZE, 16);
    }

    int start(Command command) throws IOException {
      var pid = arena.allocate(JAVA_INT);
      int error;
      try {
        check((int) libc.actionsInit.invokeExact(actions));
        check((int) libc.attributesInit.invokeExact(attributes));
        try {
          addActions(command);
          setAttributes(command);
          var program = string(command.program());
          var arguments = strings(command.arguments());
          var environment = environment(command.environment());
          error =
              (int)
                  libc.posixSpawn.invokeExact(
                      pid, program, actions, attributes, arguments, environment);
        } finally {
          check((int) libc.actionsDestroy.invokeExact(actions));
          check((int) libc.attributesDestroy.invokeExact(attributes));
        }
      } catch (IOException e) {
        throw e;
      } catch (Throwable e) {
        throw Libc.impossible(e);
      }
      if (error != 0) {
        throw failure(command, error);
      }
      return pid.get(JAVA_INT, 0);
    }

    private void addActions(Command command) throws Throwable {
      var streams = List.of(command.stdin(), command.stdout(), command.stderr());
      var moved = moveAside(streams);
      for (int fd = 0; fd < 3; fd++) {
        connect(fd, moved.get(fd));
      }
      check((int) libc.addCloseFrom.invokeExact(actions, 3)); // nothing of ours is for the child
      if (command.cwd() != null) {
        check((int) libc.addChdir.invokeExact(actions, string(command.cwd().toString())));
      }
    }

    /// If this process was started without standard streams, a descriptor that a child is to get
    /// may have one of their numbers and be in the way.
    private List<ChildStream> moveAside(List<ChildStream> streams) throws Throwable {
      int free =
          3
              + streams.stream()
                  .mapToInt(s -> s instanceof ChildStream.Descriptor d ? d.number() : 0)
                  .max()
                  .getAsInt();
      var moved = new ArrayList<ChildStream>();
      for (var stream : streams) {
        if (stream instanceof ChildStream.Descriptor d && d.number() < 3) {
          check((int) libc.addDup2.invokeExact(actions, d.number(), free));
          moved.add(new ChildStream.Descriptor(free++));
        } else {
          moved.add(stream);
        }
      }
      return moved;
    }

    private void connect(int fd, ChildStream stream) throws Throwable {
      switch (stream) {
        case ChildStream.Inherited _ -> {}
        case ChildStream.Descriptor d ->
            check((int) libc.addDup2.invokeExact(actions, d.number(), fd));
        case ChildStream.LikeStdout _ -> check((int) libc.addDup2.invokeExact(actions, 1, fd));
        case ChildStream.OpenFile f ->
            check(
                (int)
                    libc.addOpen.invokeExact(
                        actions,
                        fd,
                        string(f.path().toAbsolutePath().toString()),
                        flags(f.mode()),
                        PERMISSIONS));
        case ChildStream.BlockingPipe _ -> throw new AssertionError("pipes are descriptors here");
      }
    }

    private static int flags(ChildStream.Mode mode) {
      return switch (mode) {
        case READ -> Libc.O_RDONLY;
        case WRITE -> Libc.O_WRONLY | Libc.O_CREAT | Libc.O_TRUNC;
        case APPEND -> Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND;
      };
    }

    /// The JVM blocks signals in its threads and a mask is inherited; what it ignores would be,
    /// too.
    private void setAttributes(Command command) throws Throwable {
      int flags = Libc.POSIX_SPAWN_SETSIGMASK | Libc.POSIX_SPAWN_SETSIGDEF;
      check((int) libc.setSignalMask.invokeExact(attributes, signals()));
      check(
          (int) libc.setSignalDefault.invokeExact(attributes, signals(Libc.SIGPIPE, Libc.SIGXFSZ)));
      if (command.newSession()) {
        flags |= Libc.POSIX_SPAWN_SETSID;
      }
      if (command.processGroup() >= 0) {
        flags |= Libc.POSIX_SPAWN_SETPGROUP;
        check((int) libc.setProcessGroup.invokeExact(attributes, command.processGroup()));
      }
      check((int) libc.setFlags.invokeExact(attributes, (short) flags));
    }

    /// A set of signals: a bit each, beginning with that of signal 1.
    private MemorySegment signals(int... numbers) {
      var set = arena.allocate(Libc.SIGNAL_SET_SIZE, 8);
      for (int number : numbers) {
        set.set(JAVA_LONG, 0, set.get(JAVA_LONG, 0) | 1L << (number - 1));
      }
      return set;
    }

    private MemorySegment environment(@Nullable Map<String, String> environment) {
      if (environment == null) {
        return libc.environment();
      }
      return strings(
          environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    }

    /// An array of pointers to strings, with a null pointer behind the last.
    private MemorySegment strings(List<String> texts) {
      var array = arena.allocate(ADDRESS, texts.size() + 1L);
      for (int i = 0; i < texts.size(); i++) {
        array.setAtIndex(ADDRESS, i, string(texts.get(i)));
      }
      return array;
    }

    private MemorySegment string(String text) {
      var bytes = TEXT.encode(text);
      var copy = arena.allocate(bytes.length + 1L);
      MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
      return copy;
    }

    private void check(int error) throws IOException {
      if (error != 0) {
        throw new IOException("cannot prepare a child process: " + libc.message(error));
      }
    }
  }

  private IOException failure(Command command, int error) {
    var program = command.program();
    return switch (error) {
      case Libc.ENOENT ->
          new NoSuchFileException(
              program,
              null,
              Stream.of(command.stdin(), command.stdout(), command.stderr())
                      .anyMatch(s -> s instanceof ChildStream.OpenFile)
                  ? "the program, its interpreter or a file for its streams does not exist"
                  : "the program, or the interpreter in its first line, does not exist");
      case Libc.EACCES -> ProgramFinder.denied(program);
      case Libc.ENOEXEC ->
          new FileSystemException(
              program, null, "it is no program; a script begins with a line like #!/bin/sh");
      case Libc.E2BIG ->
          new FileSystemException(program, null, "its arguments and environment are too long");
      default -> new FileSystemException(program, null, libc.message(error));
    };
  }
}
