package jasyncio.internal.process;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The functions of the C library that child processes need, with Linux's constants.
///
/// They are linked when the first child is started: that takes some 50 ms, once.
@SuppressWarnings("restricted") // asked for by the user: see ifPossible
final class Libc {
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int E2BIG = 7;
  static final int ENOEXEC = 8;
  static final int EACCES = 13;
  static final int EINVAL = 22;

  static final int O_RDONLY = 0;
  static final int O_WRONLY = 01;
  static final int O_CREAT = 0100;
  static final int O_TRUNC = 01000;
  static final int O_APPEND = 02000;
  private static final int O_CLOEXEC = 02000000;

  static final short POSIX_SPAWN_SETPGROUP = 0x02;
  static final short POSIX_SPAWN_SETSIGDEF = 0x04;
  static final short POSIX_SPAWN_SETSIGMASK = 0x08;
  static final short POSIX_SPAWN_SETSID = 0x80;

  static final int SIGPIPE = 13;
  static final int SIGXFSZ = 25;

  /// Larger than any of the C libraries has them: 80, 336 and 128 bytes in glibc.
  static final long FILE_ACTIONS_SIZE = 512;

  static final long ATTRIBUTES_SIZE = 1024;
  static final long SIGNAL_SET_SIZE = 128;

  private static final long SIGINFO_SIZE = 128;
  private static final int P_PID = 1;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x01000000;
  private static final int WNOHANG = 1;
  private static final int F_GETFL = 3;

  private final Linker linker = Linker.nativeLinker();
  private final SymbolLookup symbols = linker.defaultLookup();
  private final Linker.Option errno = Linker.Option.captureCallState("errno");

  final MethodHandle posixSpawn = function("posix_spawn", pointers(6));
  final MethodHandle actionsInit = function("posix_spawn_file_actions_init", pointers(1));
  final MethodHandle actionsDestroy = function("posix_spawn_file_actions_destroy", pointers(1));
  final MethodHandle addDup2 =
      function("posix_spawn_file_actions_adddup2", result(ADDRESS, JAVA_INT, JAVA_INT));
  final MethodHandle addOpen =
      function(
          "posix_spawn_file_actions_addopen",
          result(ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  final MethodHandle addChdir = function("posix_spawn_file_actions_addchdir_np", pointers(2));
  final MethodHandle addCloseFrom =
      function("posix_spawn_file_actions_addclosefrom_np", result(ADDRESS, JAVA_INT));
  final MethodHandle attributesInit = function("posix_spawnattr_init", pointers(1));
  final MethodHandle attributesDestroy = function("posix_spawnattr_destroy", pointers(1));
  final MethodHandle setFlags = function("posix_spawnattr_setflags", result(ADDRESS, JAVA_SHORT));
  final MethodHandle setSignalMask = function("posix_spawnattr_setsigmask", pointers(2));
  final MethodHandle setSignalDefault = function("posix_spawnattr_setsigdefault", pointers(2));
  final MethodHandle setProcessGroup =
      function("posix_spawnattr_setpgroup", result(ADDRESS, JAVA_INT));
  private final MethodHandle waitid =
      function("waitid", result(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), errno);
  private final MethodHandle waitpid =
      function("waitpid", result(JAVA_INT, ADDRESS, JAVA_INT), errno);
  private final MethodHandle kill = function("kill", result(JAVA_INT, JAVA_INT), errno);
  private final MethodHandle fcntl =
      function("fcntl", result(JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
  private final MethodHandle pipe2 = function("pipe2", result(ADDRESS, JAVA_INT));
  private final MethodHandle close = function("close", result(JAVA_INT));
  private final MethodHandle strerror =
      linker.downcallHandle(
          symbols.findOrThrow("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
  private final MemorySegment environ =
      symbols.findOrThrow("environ").reinterpret(ADDRESS.byteSize());

  private Libc() {}

  /// The functions, if they are there and may be called without the JVM warning of it.
  static @Nullable Libc ifPossible() {
    return Linked.LIBC;
  }

  /// Links once.
  private static final class Linked {
    static final @Nullable Libc LIBC = link();
  }

  private static @Nullable Libc link() {
    if (!System.getProperty("os.name").equals("Linux")
        || System.getProperty("jasyncio.processes", "").equals("jdk")
        || !Libc.class.getModule().isNativeAccessEnabled()) {
      return null;
    }
    try {
      return new Libc();
    } catch (NoSuchElementException | UnsupportedOperationException | LinkageError e) {
      // a C library that is older, or another one; a platform, or a native image, that cannot link
      return null;
    }
  }

  private MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
    return linker.downcallHandle(symbols.findOrThrow(name), type, options);
  }

  private static FunctionDescriptor pointers(int count) {
    var arguments = new MemoryLayout[count];
    Arrays.fill(arguments, ADDRESS);
    return result(arguments);
  }

  private static FunctionDescriptor result(MemoryLayout... arguments) {
    return FunctionDescriptor.of(JAVA_INT, arguments);
  }

  /// This process's environment, as it is.
  MemorySegment environment() {
    return environ.get(ADDRESS, 0);
  }

  /// Waits until a child has ended, and leaves it a zombie.
  ///
  /// @return `false` if it is no child of ours any more
  boolean awaitEnd(int pid) {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(JAVA_INT);
      var info = arena.allocate(SIGINFO_SIZE, 8);
      while (true) {
        int result = (int) waitid.invokeExact(state, P_PID, pid, info, WEXITED | WNOWAIT);
        if (result == 0) {
          return true;
        } else if (state.get(JAVA_INT, 0) != EINTR) {
          return false;
        }
      }
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /// Takes the status of a child that has ended.
  ///
  /// @return its exit code, or the negative number of a signal; 255 if somebody else has taken it
  int reap(int pid) {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(JAVA_INT);
      var status = arena.allocate(JAVA_INT);
      int result = (int) waitpid.invokeExact(state, pid, status, WNOHANG);
      if (result != pid) {
        return 255;
      }
      int word = status.get(JAVA_INT, 0);
      int signal = word & 0x7f;
      return signal == 0 ? (word >> 8) & 0xff : -signal;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /// Sends a signal.
  ///
  /// @return 0, or the number of the error
  int kill(int pid, int signal) {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(JAVA_INT);
      int result = (int) kill.invokeExact(state, pid, signal);
      return result == 0 ? 0 : state.get(JAVA_INT, 0);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /// The flags of an open descriptor; -1 if it is not open.
  int flags(int descriptor) {
    try {
      return (int) fcntl.invokeExact(descriptor, F_GETFL);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /// The descriptors that a pipe would get, if it is opened before anything else is; none if none
  /// are left.
  int[] numbersOfNextPipe() {
    try (var arena = Arena.ofConfined()) {
      var ends = arena.allocate(JAVA_INT, 2);
      if ((int) pipe2.invokeExact(ends, O_CLOEXEC) != 0) {
        return new int[0];
      }
      var numbers = ends.toArray(JAVA_INT);
      int _ = (int) close.invokeExact(numbers[0]);
      int _ = (int) close.invokeExact(numbers[1]);
      return numbers;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /// The system's words for an error.
  String message(int error) {
    try {
      var text = (MemorySegment) strerror.invokeExact(error);
      return text.reinterpret(1024).getString(0);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /// These functions throw nothing.
  static AssertionError impossible(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError(e);
  }
}
