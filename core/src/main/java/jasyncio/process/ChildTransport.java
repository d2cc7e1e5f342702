package jasyncio.process;

import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.WaitInfo;
import jasyncio.internal.base.Log;
import jasyncio.internal.base.Overrides;
import jasyncio.internal.net.LazyWaitList;
import jasyncio.internal.net.LoopIo;
import jasyncio.internal.net.LoopOwned;
import jasyncio.internal.net.Peers;
import jasyncio.internal.process.Child;
import jasyncio.internal.process.SignalNumbers;
import jasyncio.net.BaseProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Pipes;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A child process and its pipes.
final class ChildTransport implements SubprocessTransport, LoopOwned {
  /* Overview
   *   STARTED   -> CONNECTED   its pipes have transports; the protocol is told first of the connection, then of
   *                            what happened before (`pending`)
   *   any       -> ended       `returncode` is there; the exit was told by another thread, once
   *   ended and every pipe lost -> connectionLost, last
   * `closed` is separate: close() shuts the pipes and kills a child that has not ended.
   *
   * CPython: base_subprocess.py, with the waiters woken at the exit and not at the end of the pipes (gh-119710).
   * When the child has ended its standard input is closed here; asyncio sees by the pipe that nobody reads it,
   * which the JDK does not tell.
   */
  private static final SubprocessProtocol NOBODY = new SubprocessProtocol() {};
  private static final Duration PATIENCE_WITH_THE_KILLED = Duration.ofSeconds(5);

  private final EventLoop loop;
  private final LoopIo io;
  private final Child child;
  private final @Nullable ChildPipe[] pipes = new ChildPipe[3];
  private final LazyWaitList exitWaiters = new LazyWaitList(this);
  private SubprocessProtocol protocol;
  private @Nullable List<Runnable> pending = new ArrayList<>(); // null once connected
  private boolean direct; // all that was pending has been told
  private @Nullable Integer returncode;
  private boolean closed;
  private boolean finished;

  private ChildTransport(EventLoop loop, SubprocessProtocol protocol, Child child) {
    this.loop = loop;
    this.io = LoopIo.of(loop);
    this.protocol = checked(protocol);
    this.child = child;
  }

  private SubprocessProtocol checked(SubprocessProtocol p) {
    if (loop.getDebug()) {
      Overrides.check(p);
    }
    return p;
  }

  /// Takes over a child that has just been started.
  static ChildTransport of(EventLoop loop, SubprocessProtocol protocol, Child child) {
    var transport = new ChildTransport(loop, protocol, child);
    try {
      child.whenEnded(transport::tellExit);
    } catch (Throwable e) { // no thread to be had
      transport.killQuietly();
      child.abandon();
      throw e;
    }
    transport.io.own(transport);
    transport.io.answerExpected();
    return transport;
  }

  // ---- connecting -------------------------------------------------------------------------------

  /// Makes transports of our ends of the pipes, and tells the protocol. Suspends until it knows.
  void connect(ChildStreams streams) throws IOException {
    for (int fd = 0; fd < 3; fd++) {
      if (streams.isPipe(fd)) {
        pipes[fd] = new ChildPipe(fd);
      }
    }
    for (var pipe : pipes) {
      if (pipe != null) {
        pipe.connect(streams);
      }
    }
    loop.callSoon(() -> protocol.connectionMade(this));
    var calls = Objects.requireNonNull(pending);
    calls.forEach(loop::callSoon);
    pending = null;
    var told =
        loop.<@Nullable Void>createFuture(
            () -> new WaitInfo(WaitInfo.Kind.PROCESS, "process " + getPid() + " to be set up"));
    loop.callSoon(() -> {
      direct = true;
      if (!told.done()) {
        told.setResult(null);
      }
    });
    told.await();
  }

  /// One of the pipes; the protocol of its transport.
  private final class ChildPipe implements Protocol, Peers.Named {
    private final int fd;
    private @Nullable Transport transport;
    private boolean paused; // our protocol is told not to write
    private boolean lost;
    private boolean broken; // the child has ended, and something was left to be written

    ChildPipe(int fd) {
      this.fd = fd;
    }

    @Override
    public String peerName() {
      return (fd == 1 ? "stdout of " : fd == 2 ? "stderr of " : "") + "process " + getPid();
    }

    void connect(ChildStreams streams) throws IOException {
      var ours = streams.ours(fd);
      if (fd == 0) {
        if (ours instanceof WritableByteChannel channel) {
          Pipes.connectWritePipe(() -> this, channel);
        } else {
          Pipes.connectWritePipe(() -> this, child.stdin());
        }
      } else if (ours instanceof ReadableByteChannel channel) {
        Pipes.connectReadPipe(() -> this, channel);
      } else {
        Pipes.connectReadPipe(() -> this, fd == 1 ? child.stdout() : child.stderr());
      }
    }

    @Override
    public void connectionMade(Transport newTransport) {
      transport = newTransport;
      if (closed) {
        newTransport.abort();
      } else if (returncode != null) {
        childEnded();
      }
    }

    /// Nobody reads any more what is written here.
    void childEnded() {
      if (fd == 0 && transport != null && !lost) {
        broken = transport.getWriteBufferSize() > 0;
        transport.abort();
      }
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      if (direct) {
        protocol.pipeDataReceived(fd, data);
      } else {
        var copy = new byte[data.remaining()];
        data.get(copy);
        call(() -> protocol.pipeDataReceived(fd, ByteBuffer.wrap(copy)));
      }
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      lost = true;
      var reason = exception == null && broken ? new SocketException("Broken pipe") : exception;
      call(() -> protocol.pipeConnectionLost(fd, reason));
      finishIfDone();
    }

    @Override
    public void pauseWriting() {
      paused = true;
      protocol.pauseWriting();
    }

    @Override
    public void resumeWriting() {
      paused = false;
      protocol.resumeWriting();
    }
  }

  private void call(Runnable callback) {
    if (pending == null) {
      loop.callSoon(callback);
    } else {
      pending.add(callback);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// By another thread.
  private void tellExit() {
    try {
      loop.callSoonThreadsafe(this::exited);
    } catch (IllegalStateException e) {
      // the loop is closed, and has seen to it
    }
  }

  private void exited() {
    io.answered();
    io.disown(this);
    int code = child.reap();
    returncode = code;
    if (loop.getDebug()) {
      Log.log(Level.DEBUG, "{0} exited with return code {1}", this, code);
    }
    call(() -> protocol.processExited());
    exitWaiters.wakeAll();
    if (pipes[0] != null) {
      pipes[0].childEnded();
    }
    finishIfDone();
  }

  private void finishIfDone() {
    if (returncode == null || finished) {
      return;
    }
    for (var pipe : pipes) {
      if (pipe != null && !pipe.lost) {
        return;
      }
    }
    finished = true;
    call(() -> {
      try {
        protocol.connectionLost(null);
      } finally {
        protocol = NOBODY; // it is over: nobody is kept
      }
    });
  }

  /// Waits until the child has ended. Suspends unless it has.
  int awaitExit() {
    var code = returncode;
    while (code == null) {
      exitWaiters.await(
          () -> new WaitInfo(WaitInfo.Kind.PROCESS, "process " + getPid() + " to end"));
      code = returncode;
    }
    return code;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (var pipe : pipes) {
      if (pipe != null && pipe.transport != null) {
        pipe.transport.close();
      }
    }
    if (returncode == null) {
      if (loop.getDebug()) {
        Log.log(Level.WARNING, "Close running child process: kill {0}", this);
      }
      killQuietly();
    }
  }

  private void killQuietly() {
    try {
      child.signal(SignalNumbers.KILL);
    } catch (RuntimeException e) { // it may have become another user's
      Log.log(Level.WARNING, () -> "cannot kill " + this, e);
    }
  }

  @Override
  public boolean isClosing() {
    return closed;
  }

  @Override
  public void loopCloses() {
    io.disown(this);
    io.answered();
    if (!child.awaitEnd(Duration.ZERO)) {
      Log.log(
          Level.WARNING, "the event loop is closed while {0} runs; the process is killed", this);
      killQuietly();
    }
    closed = true;
    if (child.awaitEnd(PATIENCE_WITH_THE_KILLED)) {
      returncode = child.reap();
    } else {
      child.abandon();
    }
  }

  // ---- signals ----------------------------------------------------------------------------------

  @Override
  public void sendSignal(String name) {
    sendSignal(SignalNumbers.of(name));
  }

  @Override
  public void sendSignal(int number) {
    if (returncode != null) {
      throw new ProcessLookupException(
          "process "
              + getPid()
              + " has ended with return code "
              + returncode
              + "; signals can only be sent to one that runs");
    }
    child.signal(number);
  }

  @Override
  public void terminate() {
    sendSignal(SignalNumbers.TERM);
  }

  @Override
  public void kill() {
    sendSignal(SignalNumbers.KILL);
  }

  // ---- what it is -------------------------------------------------------------------------------

  @Override
  public long getPid() {
    return child.pid();
  }

  @Override
  public @Nullable Integer getReturncode() {
    return returncode;
  }

  @Override
  public @Nullable Transport getPipeTransport(int fd) {
    var pipe = fd >= 0 && fd < 3 ? pipes[fd] : null;
    return pipe == null ? null : pipe.transport;
  }

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return info == SUBPROCESS && returncode == null // later the number may be another process's
        ? info.type().cast(ProcessHandle.of(child.pid()).orElse(null))
        : null;
  }

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    if (!(Objects.requireNonNull(newProtocol, "protocol") instanceof SubprocessProtocol p)) {
      throw new IllegalArgumentException(
          "a subprocess needs a SubprocessProtocol, got " + newProtocol);
    }
    if (p != protocol) {
      protocol = checked(p);
      if (pipes[0] != null && pipes[0].paused) {
        tellPause(p);
      }
    }
  }

  /// One that takes over hears that writing is paused.
  private void tellPause(SubprocessProtocol newProtocol) {
    try {
      newProtocol.pauseWriting();
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      loop.callExceptionHandler(
          ErrorContext.of("protocol.pauseWriting() failed")
              .exception(e)
              .detail("transport", this)
              .detail("protocol", newProtocol));
    }
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  /// {@return `<SubprocessTransport pid=42 running stdin=…>` and so on, as asyncio describes it}
  @Override
  public String toString() {
    var text = new StringBuilder("<SubprocessTransport");
    if (closed) {
      text.append(" closed");
    }
    text.append(" pid=").append(getPid());
    text.append(returncode == null ? " running" : " returncode=" + returncode);
    var names = List.of("stdin", "stdout", "stderr");
    for (int fd = 0; fd < 3; fd++) {
      var transport = getPipeTransport(fd);
      if (transport != null) {
        text.append(' ').append(names.get(fd)).append('=').append(transport);
      }
    }
    return text.append('>').toString();
  }
}
