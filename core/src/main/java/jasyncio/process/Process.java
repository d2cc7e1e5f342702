package jasyncio.process;

import jasyncio.Awaitable;
import jasyncio.internal.base.Log;
import jasyncio.internal.face.Tasks;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A child process, from [Subprocesses]. Used on its loop's thread, and in a coroutine where it
/// suspends. Python: `asyncio.subprocess.Process`.
///
/// A `try` statement makes sure that it is gone at the end, also if the task is cancelled:
///
/// ```java fragment
/// try (var process = createSubprocessExec(ProcessOptions.piped(), "sort")) {
///   var output = process.communicate("pear\napple\n".getBytes());
/// }
/// ```
///
/// Without one, a cancelled task leaves the child alone, as in asyncio; what still runs when the
/// loop is closed is killed.
@SuppressWarnings("AvoidCommonTypeNames") // asyncio's name for it
public final class Process implements AutoCloseable {
  private static final int PORTION = 128 * 1024; // of input, so that it is not all copied at once

  private final ChildTransport transport;
  private final ProcessProtocol protocol;

  Process(ChildTransport transport, ProcessProtocol protocol) {
    this.transport = transport;
    this.protocol = protocol;
  }

  /// {@return the process id}
  public long pid() {
    return transport.getPid();
  }

  /// {@return the exit code, or -N if signal N ended it; `null` while it runs, and until the loop
  /// has heard of its end}
  public @Nullable Integer returncode() {
    return transport.getReturncode();
  }

  /// {@return what goes to its standard input}
  ///
  /// @throws IllegalStateException if that is no [Stdio#PIPE]; Python has `None` then
  public StreamWriter stdin() {
    return piped(protocol.stdin(), "stdin");
  }

  /// {@return what comes from its standard output}
  ///
  /// @throws IllegalStateException if that is no [Stdio#PIPE]; Python has `None` then
  public StreamReader stdout() {
    return piped(protocol.reader(1), "stdout");
  }

  /// {@return what comes from its standard error}
  ///
  /// @throws IllegalStateException if that is no [Stdio#PIPE]; Python has `None` then
  public StreamReader stderr() {
    return piped(protocol.reader(2), "stderr");
  }

  private static <S> S piped(@Nullable S stream, String name) {
    if (stream == null) {
      throw new IllegalStateException(
          name + " of this process is no pipe; start it with ProcessOptions." + name + "(PIPE)");
    }
    return stream;
  }

  /// Waits until the process has ended. Suspends unless it has. A process that inherited a pipe
  /// from it does not matter.
  ///
  /// A child that writes more than its pipe and the reader hold waits until somebody reads it: with
  /// pipes, use [#communicate()] or read them meanwhile.
  ///
  /// **Cancellation** leaves the process alone. Python: `Process.wait`, a name that every Java
  /// object has already.
  ///
  /// @return the exit code, or -N if signal N ended it
  public int waitFor() {
    return transport.awaitExit();
  }

  /// Reads its pipes to their ends, closes its standard input, and waits until it has ended, as
  /// [#communicate(byte\[\])] without input. Suspends.
  ///
  /// @return what it wrote
  /// @throws IOException if a pipe breaks
  public ProcessOutput communicate() throws IOException {
    return talk(null);
  }

  /// Sends `input` to its standard input and closes that, meanwhile reads its pipes to their ends,
  /// and waits until it has ended. Suspends. A child that does not read all its input is no error.
  ///
  /// All output is kept in memory. **Cancellation** leaves the process alone; what was read is
  /// lost.
  ///
  /// @param input what it is sent
  /// @return what it wrote
  /// @throws IOException if a pipe breaks
  /// @throws IllegalStateException if its standard input is no [Stdio#PIPE]
  public ProcessOutput communicate(byte[] input) throws IOException {
    Objects.requireNonNull(input, "input; communicate() is the form that sends nothing");
    if (protocol.stdin() == null) {
      throw new IllegalStateException(
          "communicate has input for a process whose stdin is no pipe; start it with"
              + " ProcessOptions.stdin(PIPE)");
    }
    return talk(input);
  }

  /// Sends text, like [#communicate(byte\[\])]; what the charset does not have becomes `?`.
  /// Suspends.
  ///
  /// @param input what it is sent
  /// @param charset how that is encoded
  /// @return what it wrote
  /// @throws IOException if a pipe breaks
  /// @throws IllegalStateException if its standard input is no [Stdio#PIPE]
  public ProcessOutput communicate(String input, Charset charset) throws IOException {
    return communicate(input.getBytes(charset));
  }

  private ProcessOutput talk(byte @Nullable [] input) throws IOException {
    Awaitable<byte @Nullable [], ?> feeding = () -> feed(input);
    Awaitable<byte @Nullable [], ?> stdout = () -> readAll(1);
    Awaitable<byte @Nullable [], ?> stderr = () -> readAll(2);
    var results = Tasks.gather(List.of(feeding, stdout, stderr)).await(IOException.class);
    waitFor();
    return new ProcessOutput(results.get(1), results.get(2));
  }

  private byte @Nullable [] feed(byte @Nullable [] input) {
    var writer = protocol.stdin();
    if (writer == null) {
      return null;
    }
    try {
      for (int at = 0; input != null && at < input.length; at += PORTION) {
        writer.write(ByteBuffer.wrap(input, at, Math.min(PORTION, input.length - at)));
        writer.drain();
      }
      writer.drain();
    } catch (IOException e) { // a pipe breaks in one way: the child reads no more
      Log.log(Level.DEBUG, "{0}: not all input was read: {1}", this, e);
    }
    writer.close();
    return null;
  }

  private byte @Nullable [] readAll(int fd) throws IOException {
    var reader = protocol.reader(fd);
    if (reader == null) {
      return null;
    }
    var bytes = reader.read();
    var pipe = transport.getPipeTransport(fd);
    if (pipe != null) {
      pipe.close();
    }
    return bytes;
  }

  /// Sends a signal. Does not suspend. It goes nowhere if the process has ended and the loop has
  /// not heard of it.
  ///
  /// @param name such as `USR1` or `SIGUSR1`
  /// @throws ProcessLookupException if the process has ended
  /// @throws IllegalArgumentException if this system has no such signal
  /// @throws IllegalStateException if the system does not allow it
  public void sendSignal(String name) {
    transport.sendSignal(name);
  }

  /// Sends a signal. Does not suspend.
  ///
  /// @param number its number
  /// @throws ProcessLookupException if the process has ended
  /// @throws IllegalArgumentException if this system has no such signal
  /// @throws IllegalStateException if the system does not allow it
  public void sendSignal(int number) {
    transport.sendSignal(number);
  }

  /// Asks the process to end, by the signal `TERM`. Does not suspend.
  ///
  /// @throws ProcessLookupException if it has ended
  /// @throws IllegalStateException if the system does not allow it
  public void terminate() {
    transport.terminate();
  }

  /// Ends the process, by the signal `KILL`. Does not suspend.
  ///
  /// @throws ProcessLookupException if it has ended
  /// @throws IllegalStateException if the system does not allow it
  public void kill() {
    transport.kill();
  }

  /// Closes its pipes, kills the process if it still runs, and waits until it has ended. Suspends
  /// unless it has. Idempotent.
  ///
  /// **Cancellation** ends the waiting; the process is killed all the same.
  @Override
  public void close() {
    transport.close();
    transport.awaitExit();
  }

  /// {@return `<Process 42>`}
  @Override
  public String toString() {
    return "<Process " + pid() + ">";
  }
}
