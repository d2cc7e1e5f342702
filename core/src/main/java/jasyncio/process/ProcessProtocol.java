package jasyncio.process;

import jasyncio.EventLoop;
import jasyncio.internal.net.Peers;
import jasyncio.net.FlowControlMixin;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes streams of a child's pipes. CPython: subprocess.py, SubprocessStreamProtocol.
final class ProcessProtocol extends FlowControlMixin implements SubprocessProtocol, Peers.Named {
  private final int limit;
  private final @Nullable StreamReader[] readers = new StreamReader[3]; // by descriptor
  private @Nullable StreamWriter stdin;
  private @Nullable SubprocessTransport transport;
  private int open; // pipes that are read from
  private boolean exited;

  ProcessProtocol(EventLoop loop, int limit) {
    super(loop);
    this.limit = limit;
  }

  @Override
  public void connectionMade(SubprocessTransport newTransport) {
    transport = newTransport;
    for (int fd = 1; fd < 3; fd++) {
      var pipe = newTransport.getPipeTransport(fd);
      if (pipe != null) {
        var reader = new StreamReader(limit, getLoop());
        reader.setTransport(pipe);
        readers[fd] = reader;
        open++;
      }
    }
    var pipe = newTransport.getPipeTransport(0);
    if (pipe != null) {
      stdin = new StreamWriter(pipe, this, null);
    }
  }

  @Override
  public String peerName() {
    return "process " + Objects.requireNonNull(transport).getPid();
  }

  @Nullable StreamWriter stdin() {
    return stdin;
  }

  @Nullable StreamReader reader(int fd) {
    return readers[fd];
  }

  @Override
  public void pipeDataReceived(int fd, ByteBuffer data) {
    Objects.requireNonNull(readers[fd]).feedData(data);
  }

  @Override
  public void pipeConnectionLost(int fd, @Nullable Throwable exception) {
    if (fd == 0) {
      if (stdin != null) {
        stdin.close();
      }
      connectionLost(exception);
      return;
    }
    var reader = readers[fd];
    if (reader != null) {
      if (exception == null) {
        reader.feedEof();
      } else {
        reader.setException(exception);
      }
    }
    open--;
    closeIfDone();
  }

  @Override
  public void processExited() {
    exited = true;
    closeIfDone();
  }

  private void closeIfDone() {
    if (open == 0 && exited && transport != null) {
      transport.close();
    }
  }
}
