package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// One end of a stream within a host: of a Unix-domain socket, or of a pipe. What is written is at
/// the other end at once. Under the lock.
final class LocalStream extends StreamSocket {
  private static final int PIPE = 65_536;
  private static final int PIPE_WRITABLE = 4096; // a pipe takes so many if it takes any

  private final boolean pipe;
  private UnixDomainSocketAddress local = Addresses.UNNAMED;
  private UnixDomainSocketAddress remote = Addresses.UNNAMED;
  private @Nullable UnixListener waitingFor; // its queue is full
  private @Nullable LocalStream peer; // once it is connected
  private @Nullable Fault error;
  private final Ring received = new Ring();
  private boolean inputDown;
  private boolean outputDown;
  private boolean inputOver; // the other end writes no more
  private boolean readerGone; // the other end reads no more

  LocalStream(SimHost host) {
    this(host, false);
  }

  private LocalStream(SimHost host, boolean pipe) {
    super(host, new Options(Options.UNIX));
    this.pipe = pipe;
  }

  /// A pipe's two ends.
  static LocalStream[] pipe(SimHost host) {
    var source = new LocalStream(host, true);
    var sink = new LocalStream(host, true);
    source.peer = sink;
    sink.peer = source;
    source.outputDown = true;
    sink.inputDown = true;
    return new LocalStream[] {source, sink};
  }

  // ---- connecting -------------------------------------------------------------------------------

  @Override
  UnixDomainSocketAddress local() {
    return local;
  }

  UnixDomainSocketAddress remote() {
    return remote;
  }

  @Override
  void bind(@Nullable SocketAddress address) throws IOException {
    if (address != null) {
      local = Addresses.unix(address);
      if (!local.getPath().toString().isEmpty()) {
        UnixListener.makeFile(host, local.getPath());
      }
    }
  }

  @Override
  boolean connect(SocketAddress address) throws IOException {
    ensureThere();
    var path = Addresses.unix(address).getPath();
    var listener = find(path);
    if (listener.isFull()) {
      waitingFor = listener;
      listener.wait(this);
      return false;
    }
    connect(listener);
    return true;
  }

  private UnixListener find(Path path) throws IOException {
    var listener = host.unix.get(path.toAbsolutePath());
    if (!Files.exists(host.file(path))) {
      throw Fault.NO_FILE.ofSocket();
    }
    if (listener == null) {
      throw Fault.REFUSED.ofSocket();
    }
    return listener;
  }

  private void connect(UnixListener listener) {
    var child = new LocalStream(host);
    child.peer = this;
    child.local = listener.boundTo();
    child.remote = local;
    peer = child;
    remote = listener.boundTo();
    listener.arrived(child);
  }

  /// There is room in the queue now.
  void tryAgain(UnixListener listener) {
    if (waitingFor == listener) {
      waitingFor = null;
      connect(listener);
      changed(Poll.ALL);
    }
  }

  /// Nobody listens there any more.
  void refused() {
    waitingFor = null;
    error = Fault.REFUSED;
    changed(Poll.ALL);
  }

  @Override
  boolean pollConnect() throws IOException {
    var fault = error;
    if (fault != null) {
      error = null;
      throw fault.ofSocket();
    }
    return peer != null;
  }

  private void ensureThere() throws IOException {
    if (vanished) {
      throw Fault.CRASHED.ofFile();
    }
  }

  // ---- reading and writing ----------------------------------------------------------------------

  @Override
  int read(ByteBuffer to) throws IOException {
    ensureThere();
    int n = received.take(to);
    if (n > 0) {
      if (peer != null) {
        peer.changed(Poll.OUT);
      }
      return n;
    }
    var fault = error;
    if (fault != null) {
      error = null;
      throw fault == Fault.RESET ? new Reset() : fault.ofFile();
    }
    return inputDown || inputOver ? END : UNAVAILABLE;
  }

  @Override
  int write(ByteBuffer from) throws IOException {
    ensureThere();
    if (error != null || outputDown || readerGone || peer == null) {
      var fault = error != null ? error : Fault.BROKEN_PIPE;
      error = null;
      throw fault.ofFile();
    }
    int room = capacity() - peer.received.size();
    int n = Math.min(from.remaining(), room);
    if (n <= 0 || (pipe && n < from.remaining() && from.remaining() <= PIPE_WRITABLE)) {
      return UNAVAILABLE;
    }
    peer.received.put(from, n);
    peer.changed(Poll.IN);
    return n;
  }

  private int capacity() {
    return pipe ? PIPE : options.sendCapacity();
  }

  @Override
  int available() {
    return received.size();
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  void shutdownInput() {
    inputDown = true;
    if (peer != null) {
      peer.readerGone = true;
      peer.changed(Poll.ALL);
    }
    changed(Poll.ALL);
  }

  @Override
  void shutdownOutput() {
    outputDown = true;
    if (peer != null) {
      peer.inputOver = true;
      peer.changed(Poll.ALL);
    }
    changed(Poll.ALL);
  }

  @Override
  void close() {
    if (!release()) {
      return;
    }
    if (waitingFor != null) {
      waitingFor.forget(this);
    }
    drop();
  }

  /// Nobody has accepted it, and nobody will.
  void refuse() {
    if (peer != null) {
      peer.error = Fault.RESET;
    }
    drop();
  }

  private void drop() {
    if (peer != null && !received.isEmpty() && !pipe) {
      peer.error = Fault.RESET;
    }
    received.clear();
    shutdownInput();
    shutdownOutput();
  }

  @Override
  int poll() {
    if (peer == null) {
      return waitingFor != null ? 0 : Poll.OUT | Poll.HUP | (error != null ? Poll.ERR : 0);
    }
    return pipe ? pollPipe() : pollSocket(peer);
  }

  private int pollPipe() {
    if (outputDown) { // the source
      return (received.isEmpty() ? 0 : Poll.IN) | (inputOver ? Poll.HUP : 0);
    }
    int room = peer == null ? 0 : PIPE - peer.received.size();
    return (room >= PIPE_WRITABLE ? Poll.OUT : 0) | (readerGone ? Poll.ERR | Poll.OUT : 0);
  }

  private int pollSocket(LocalStream peer) {
    boolean input = inputDown || inputOver;
    boolean output = outputDown || readerGone;
    boolean writable = peer.received.size() * 4L <= capacity();
    return (input && output ? Poll.HUP : 0)
        | (input || !received.isEmpty() ? Poll.IN : 0)
        | (writable ? Poll.OUT : 0)
        | (error != null ? Poll.ERR : 0);
  }
}
