package jasyncio.testing.internal.program;

import jasyncio.EventLoop;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.FileSystem;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a program finds around it on a simulated host.
public interface Surroundings {
  /// {@return the date and time, by the host's clock}
  Instant now();

  /// {@return a time to measure others by, in nanoseconds}
  long nanos();

  /// {@return where random numbers come from}
  RandomGenerator random();

  /// {@return the host's disk}
  FileSystem disk();

  /// {@return what makes sockets}
  SelectorProvider sockets();

  /// {@return the addresses of a name}
  ///
  /// @throws UnknownHostException if nobody knows it
  List<InetAddress> addresses(String name) throws UnknownHostException;

  /// {@return the host's name}
  String name();

  /// Those of all hosts that run, and of the threads that do jobs for them.
  final class Known {
    private static final Map<EventLoop, Surroundings> OF_LOOPS = new ConcurrentHashMap<>();
    private static final ThreadLocal<@Nullable Surroundings> OF_JOBS = new ThreadLocal<>();

    private Known() {}

    /// A host runs on this loop.
    public static void put(EventLoop loop, Surroundings surroundings) {
      OF_LOOPS.put(loop, surroundings);
    }

    /// It does not run any more.
    public static void remove(EventLoop loop) {
      OF_LOOPS.remove(loop);
    }

    /// {@return a job of a host's executor, which finds what its host has around it}
    ///
    /// @param job what it does
    /// @param surroundings of its host
    public static Runnable job(Runnable job, Surroundings surroundings) {
      return () -> {
        OF_JOBS.set(surroundings);
        try {
          job.run();
        } finally {
          OF_JOBS.remove();
        }
      };
    }

    /// {@return what is around the code that runs here; `null` if that is no host's}
    public static @Nullable Surroundings here() {
      var loop = EventLoop.running();
      return loop != null ? OF_LOOPS.get(loop) : OF_JOBS.get();
    }
  }
}
