package jasyncio.process;

import jasyncio.net.BaseProtocol;
import jasyncio.net.BaseTransport;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Transport;
import org.jspecify.annotations.Nullable;

/// A child process. Used on the loop's thread. Python: `asyncio.SubprocessTransport`.
public interface SubprocessTransport extends BaseTransport {

  /// The process, for what the JDK knows about it, until it has ended.
  ExtraInfo<ProcessHandle> SUBPROCESS = new ExtraInfo<>("subprocess", ProcessHandle.class);

  /// {@return the process id}
  long getPid();

  /// {@return the exit code, or -N if signal N ended it; `null` while it runs, and until the loop
  /// has heard of its end}
  @Nullable Integer getReturncode();

  /// {@return the transport of one of its pipes, or `null` if that stream is no pipe}
  ///
  /// That of the standard input only writes, the others only read.
  ///
  /// @param fd 0, 1 or 2 for its standard input, output or error
  @Nullable Transport getPipeTransport(int fd);

  /// Sends a signal.
  ///
  /// @param name such as `USR1` or `SIGUSR1`
  /// @throws ProcessLookupException if the process has ended
  /// @throws IllegalArgumentException if this system has no such signal
  /// @throws IllegalStateException if the system does not allow it
  void sendSignal(String name);

  /// Sends a signal.
  ///
  /// @param number its number
  /// @throws ProcessLookupException if the process has ended
  /// @throws IllegalArgumentException if this system has no such signal
  /// @throws IllegalStateException if the system does not allow it
  void sendSignal(int number);

  /// Asks the process to end, by the signal `TERM`.
  ///
  /// @throws ProcessLookupException if it has ended
  void terminate();

  /// Ends the process, by the signal `KILL`.
  ///
  /// @throws ProcessLookupException if it has ended
  void kill();

  /// Closes the pipes, and kills the process if it still runs. The protocol's `connectionLost` is
  /// called when it has ended. Idempotent; does not suspend.
  @Override
  void close();

  /// Has another protocol called from now on. It is told at once if writing to the standard input
  /// is paused, and of nothing else that has happened.
  ///
  /// @throws IllegalArgumentException if it is no [SubprocessProtocol]
  @Override
  void setProtocol(BaseProtocol protocol);
}
