package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One end of a TCP connection. Under the lock.
final class TcpSocket extends StreamSocket implements TcpBound {
  /* Overview
   *
   *   NEW -> CONNECTING             connect(): SYN
   *   CONNECTING -> OPEN            SYN-ACK has come
   *   (none) -> ACCEPTING           a SYN has come to a listener: SYN-ACK
   *   ACCEPTING -> OPEN             ACK or data has come; the listener can give it away
   *   OPEN -> DONE                  both ends are sent, ours acknowledged; or reset; or nobody answers any more
   *   CONNECTING, ACCEPTING -> DONE refused, or nobody answers, or closed
   *
   * OPEN has four states of RFC 9293's by endSent and endReceived. What is written goes into `sending`, and stays
   * there until the other end has acknowledged it: a segment is but a range of it. Numbers of bytes:
   *
   *     acked            next           end of `sending`     (FIN has the number after)
   *       |---- on the way ----|---- to be sent ----|
   *
   * `windowEnd` is what the other end can take at most. A segment that a link has lost is sent again by itself; the
   * other end gets those that have arrived in their order, the ones behind it later.
   *
   * The words "down" and "error" are Linux's sk_shutdown and sk_err: an error is told once, and then it is the end.
   */
  private enum State {
    NEW,
    CONNECTING,
    ACCEPTING,
    OPEN,
    DONE
  }

  private static final long SECOND = 1_000_000_000;
  private static final int SYN_RETRIES = 6; // 127 s
  private static final int RETRIES = 15; // about a quarter of an hour
  private static final long NO_ROUTE_AFTER = 3 * SECOND;
  private static final long TIME_WAIT = 60 * SECOND;

  private final ProtocolFamily family;
  private State state = State.NEW;
  private @Nullable InetSocketAddress local;
  private @Nullable InetSocketAddress remote;
  private @Nullable TcpSocket peer; // as soon as it is known
  private @Nullable Link out;
  private @Nullable TcpListener listener; // while ACCEPTING, and until it is accepted
  private boolean orphan; // the program has closed it
  private @Nullable Fault error;

  // what goes out
  private final Ring sending = new Ring();
  private final ArrayDeque<Segment> flight = new ArrayDeque<>(); // in their order
  private long acked;
  private long next;
  private long windowEnd;
  private long lastDue; // a reset does not overtake what was sent before
  private boolean outputDown;
  private boolean endSent;
  private boolean endAcked;
  private boolean endedFirst; // before the other end did
  private boolean pumping;

  // what comes in
  private final Ring received = new Ring();
  private long receivedEnd;
  private long advertised; // the windowEnd that the other end knows, or will
  private boolean inputDown;
  private boolean endReceived;

  TcpSocket(SimHost host, ProtocolFamily family) {
    super(host, new Options(Options.STREAM));
    this.family = family;
  }

  /// The one that a SYN makes at a listener.
  private TcpSocket(TcpListener listener, TcpSocket client) {
    super(listener.host, listener.options.inherited());
    this.family = listener.family();
    this.listener = listener;
    this.state = State.ACCEPTING;
    this.local = client.remote();
    this.remote = client.local();
    this.peer = client;
    this.out = host.linkTo(client.host);
    this.windowEnd = client.options.receiveCapacity();
    this.advertised = options.receiveCapacity();
    host.tcp.addAnyway(this);
    listener.pending(this);
  }

  // ---- addresses --------------------------------------------------------------------------------

  @Override
  @Nullable InetSocketAddress local() {
    return local;
  }

  InetSocketAddress remote() {
    return Objects.requireNonNull(remote);
  }

  @Override
  public InetSocketAddress boundTo() {
    return Objects.requireNonNull(local);
  }

  @Override
  public boolean reuseAddress() {
    return options.is(StandardSocketOptions.SO_REUSEADDR);
  }

  @Override
  public boolean reusePort() {
    return options.is(StandardSocketOptions.SO_REUSEPORT);
  }

  @Override
  public boolean isListening() {
    return false;
  }

  @Override
  void bind(@Nullable SocketAddress address) throws IOException {
    ensureThere();
    local = bind(host, this, Addresses.local(address, family), l -> local = l);
  }

  /// Gives a socket an address, and its port to the table.
  static InetSocketAddress bind(
      SimHost host,
      TcpBound socket,
      InetSocketAddress wanted,
      Consumer<@Nullable InetSocketAddress> setter)
      throws IOException {
    if (!wanted.getAddress().isAnyLocalAddress() && !host.owns(wanted.getAddress())) {
      throw Fault.ADDRESS_NOT_AVAILABLE.ofSocket();
    }
    long now = host.network().nanos();
    int port = wanted.getPort() != 0 ? wanted.getPort() : host.tcp.anyPort(now);
    var address = new InetSocketAddress(wanted.getAddress(), port);
    setter.accept(address);
    try {
      host.tcp.add(socket, now);
    } catch (IOException e) {
      setter.accept(null);
      throw e;
    }
    return address;
  }

  private void ensureThere() throws IOException {
    if (vanished) {
      throw Fault.CRASHED.ofFile();
    }
  }

  // ---- connecting -------------------------------------------------------------------------------

  @Override
  boolean connect(SocketAddress address) throws IOException {
    ensureThere();
    var target = (InetSocketAddress) address;
    bindFor(target);
    remote = target;
    state = State.CONNECTING;
    advertised = options.receiveCapacity();
    var to = net.find(host, target.getAddress());
    if (to == null) {
      net.at(net.nanos() + NO_ROUTE_AFTER, () -> failConnecting(Fault.NO_ROUTE));
    } else {
      out = host.linkTo(to);
      new Syn(to).send();
    }
    return false;
  }

  /// Has an address that the other end can answer to.
  private void bindFor(InetSocketAddress target) throws IOException {
    var source = host.source(target.getAddress());
    if (local == null) {
      int port;
      try {
        port = host.tcp.anyPort(net.nanos());
      } catch (IOException e) {
        throw Fault.ADDRESS_NOT_AVAILABLE.ofSocket();
      }
      local = new InetSocketAddress(source, port);
      host.tcp.addAnyway(this);
    } else if (local.getAddress().isAnyLocalAddress()) {
      local = new InetSocketAddress(source, local.getPort()); // of the same port
    }
  }

  private void failConnecting(Fault fault) {
    if (state == State.CONNECTING) {
      error = fault;
      finish(false);
      changed(Poll.ALL);
    }
  }

  @Override
  boolean pollConnect() throws IOException {
    if (state == State.CONNECTING) {
      return false;
    }
    throwError();
    ensureThere();
    return true;
  }

  private void throwError() throws IOException {
    var fault = error;
    if (fault != null) {
      error = null;
      throw fault.ofSocket();
    }
  }

  private Link out() {
    return Objects.requireNonNull(out);
  }

  private final class Syn extends Packet.Reliable {
    private final SimHost to;

    Syn(SimHost to) {
      super("SYN", 0, out(), SYN_RETRIES, SECOND);
      this.to = to;
    }

    @Override
    void arrive() {
      var listening = TcpListener.find(to, remote());
      if (listening == null) {
        to.linkTo(host).send(new ResetPacket(TcpSocket.this, 0));
      } else if (listening.isFull()) {
        lost(); // and sent again: who listens does not keep up
      } else {
        var child = new TcpSocket(listening, TcpSocket.this);
        child.new SynAck().send();
      }
    }

    @Override
    boolean isObsolete() {
      return state != State.CONNECTING;
    }

    @Override
    void giveUp() {
      failConnecting(Fault.TIMED_OUT);
    }
  }

  private final class SynAck extends Packet.Reliable {
    SynAck() {
      super("SYN-ACK", 0, out(), RETRIES, SECOND);
    }

    @Override
    void arrive() {
      var client = Objects.requireNonNull(peer);
      if (client.state != State.CONNECTING) {
        client.sendReset(TcpSocket.this);
        return;
      }
      client.peer = TcpSocket.this;
      client.windowEnd = advertised;
      client.state = State.OPEN;
      client.new HandshakeAck().send();
      client.changed(Poll.ALL);
    }

    @Override
    boolean isObsolete() {
      return state != State.ACCEPTING;
    }

    @Override
    void giveUp() {
      finish(false);
    }
  }

  private final class HandshakeAck extends Packet.Reliable {
    HandshakeAck() {
      super("ACK", 0, out(), RETRIES, out().timeout());
    }

    @Override
    void arrive() {
      var other = Objects.requireNonNull(peer);
      if (other.mustWait()) {
        lost(); // and sent again
      } else {
        other.establish(TcpSocket.this);
      }
    }

    @Override
    boolean isObsolete() {
      return state != State.OPEN;
    }

    @Override
    void giveUp() {}
  }

  /// Whether there is no room for one more whom the client knows of: several may have asked while
  /// there was.
  private boolean mustWait() {
    return state == State.ACCEPTING && listener != null && listener.isFull();
  }

  /// The client has heard of us.
  private void establish(TcpSocket client) {
    if (vanished || state == State.DONE) {
      sendReset(client);
    } else if (state == State.ACCEPTING) {
      state = State.OPEN;
      if (listener != null) {
        listener.established(this);
      }
    }
  }

  /// A program has it now.
  void accepted() {
    listener = null;
  }

  // ---- writing ----------------------------------------------------------------------------------

  @Override
  int write(ByteBuffer from) throws IOException {
    ensureThere();
    if (error != null || outputDown || state == State.DONE) {
      var fault = error != null ? error : Fault.BROKEN_PIPE;
      error = null;
      throw fault.ofFile();
    }
    int n = Math.min(from.remaining(), options.sendCapacity() - sending.size());
    if (n <= 0) {
      return UNAVAILABLE;
    }
    sending.put(from, n);
    pump();
    return n;
  }

  /// Sends what may be sent.
  private void pump() {
    if (pumping) {
      return; // what arrives at once is answered at once
    }
    pumping = true;
    while (state == State.OPEN && sendNext()) {
      // until nothing more can go
    }
    pumping = false;
  }

  private boolean sendNext() {
    long end = acked + sending.size();
    int most = (int) Math.min(Math.min(end, windowEnd) - next, Integer.MAX_VALUE);
    if (most > 0 && !endSent) {
      int length = out().segment(most);
      long from = next;
      next += length;
      transmit(new Segment(from, length, false));
      return true;
    }
    if (outputDown && !endSent && next == end) {
      endSent = true;
      endedFirst = !endReceived;
      long from = next++;
      transmit(new Segment(from, 0, true));
    }
    return false;
  }

  private void transmit(Segment segment) {
    flight.add(segment);
    segment.send();
    lastDue = Math.max(lastDue, segment.due);
  }

  /// A range of what is sent, or the end of it.
  private final class Segment extends Packet.Reliable {
    private final long number;
    private final boolean end;
    private boolean arrived;

    Segment(long number, int length, boolean end) {
      super(end ? "FIN" : "data", length, out(), RETRIES, out().timeout());
      this.number = number;
      this.end = end;
    }

    @Override
    void arrive() {
      if (Objects.requireNonNull(peer).mustWait()) {
        lost(); // and sent again
        return;
      }
      arrived = true;
      for (var first = flight.peek(); first != null && first.arrived; first = flight.peek()) {
        flight.poll();
        Objects.requireNonNull(peer).receive(first, TcpSocket.this);
      }
    }

    @Override
    boolean isObsolete() {
      return vanished || state == State.DONE;
    }

    @Override
    void giveUp() {
      timeOut();
    }
  }

  /// The other end knows now how far we have got.
  private void acknowledged(long upTo, long window) {
    if (upTo > acked) {
      int n = (int) Math.min(upTo - acked, sending.size());
      sending.drop(n);
      acked += n;
      endAcked |= endSent && upTo > acked;
    }
    windowEnd = Math.max(windowEnd, window);
    pump();
    changed(Poll.OUT);
    finishIfDone();
  }

  // ---- reading ----------------------------------------------------------------------------------

  @Override
  int read(ByteBuffer to) throws IOException {
    ensureThere();
    int n = received.take(to);
    if (n > 0) {
      long window = receivedEnd + options.receiveCapacity() - received.size();
      if (state == State.OPEN && !endReceived && window - advertised >= window(2)) {
        sendAck();
      }
      return n;
    }
    if (endReceived) {
      return END;
    }
    var fault = error;
    if (fault != null) {
      error = null;
      throw fault == Fault.RESET ? new Reset() : fault.ofFile();
    }
    if (inputDown || state == State.DONE) {
      return END;
    }
    return UNAVAILABLE;
  }

  private int window(int part) {
    return Math.max(1, options.receiveCapacity() / part);
  }

  @Override
  int available() {
    return received.size();
  }

  /// A segment has come, and all before it.
  private void receive(Segment segment, TcpSocket from) {
    if (state == State.ACCEPTING) {
      establish(from);
    }
    if (vanished || state == State.DONE) {
      sendReset(from);
      return;
    }
    if (!segment.end && (orphan || (inputDown && endSent))) { // nobody will ever read it
      sendReset(from);
      error = Fault.BROKEN_PIPE;
      finish(false);
      changed(Poll.ALL);
      return;
    }
    if (segment.end) {
      endReceived = true;
      receivedEnd++;
    } else {
      received.put(from.sending, (int) (segment.number - from.acked), segment.bytes);
      receivedEnd += segment.bytes;
    }
    sendAck();
    changed(segment.end ? Poll.ALL : Poll.IN);
    finishIfDone();
  }

  private void sendAck() {
    advertised = Math.max(advertised, receivedEnd + options.receiveCapacity() - received.size());
    new Ack(receivedEnd, advertised).send();
  }

  private final class Ack extends Packet.Reliable {
    private final long upTo;
    private final long window;

    Ack(long upTo, long window) {
      super("ACK", 0, out(), RETRIES, out().timeout());
      this.upTo = upTo;
      this.window = window;
    }

    @Override
    void arrive() {
      Objects.requireNonNull(peer).acknowledged(upTo, window);
    }

    @Override
    boolean isObsolete() {
      return vanished || upTo < receivedEnd || window < advertised; // a later one says more
    }

    @Override
    void giveUp() {
      Objects.requireNonNull(peer).timeOut(); // it has sent that again all the time
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  void shutdownInput() {
    inputDown = true;
    changed(Poll.ALL);
  }

  @Override
  void shutdownOutput() {
    outputDown = true;
    pump();
    changed(Poll.ALL);
    finishIfDone();
  }

  @Override
  void close() {
    if (!release() || orphan) {
      return;
    }
    orphan = true;
    switch (state) {
      case NEW, CONNECTING -> finish(false);
      case ACCEPTING, OPEN -> {
        if (!received.isEmpty() || options.linger() == 0) {
          abort();
        } else {
          shutdownOutput();
        }
      }
      case DONE -> {}
    }
    changed(Poll.ALL);
  }

  /// Breaks the connection.
  void abort() {
    if (state == State.OPEN || state == State.ACCEPTING) {
      finish(false);
      sendReset(Objects.requireNonNull(peer));
    }
  }

  @Override
  public void resetPeer() {
    if (state == State.OPEN && peer != null) {
      sendReset(peer);
    }
  }

  private void sendReset(TcpSocket to) {
    host.linkTo(to.host).send(new ResetPacket(to, lastDue));
  }

  private static final class ResetPacket extends Packet {
    private final TcpSocket to;

    ResetPacket(TcpSocket to, long earliest) {
      super("RST", 0);
      this.to = to;
      this.earliest = earliest;
    }

    @Override
    void arrive() {
      to.wasReset();
    }
  }

  private void wasReset() {
    if (state == State.DONE) {
      return;
    }
    if (state == State.CONNECTING) {
      error = Fault.REFUSED;
    } else {
      error = endReceived && !endSent ? Fault.BROKEN_PIPE : Fault.RESET;
    }
    breakDown();
  }

  private void timeOut() {
    if (state != State.DONE) {
      error = Fault.TIMED_OUT;
      breakDown();
    }
  }

  private void breakDown() {
    sending.clear();
    flight.clear();
    finish(false);
    changed(Poll.ALL);
  }

  private void finishIfDone() {
    if (state == State.OPEN && endAcked && endReceived) {
      finish(endedFirst);
    }
  }

  private void finish(boolean timeWait) {
    state = State.DONE;
    if (listener != null) {
      listener.ended(this);
    }
    if (local == null || vanished) {
      return;
    }
    if (timeWait) {
      host.tcp.removeAt(this, net.nanos() + TIME_WAIT);
    } else {
      host.tcp.remove(this);
    }
  }

  @Override
  void vanish() {
    state = State.DONE;
    super.vanish();
  }

  // ---- what one sees ----------------------------------------------------------------------------

  @Override
  int poll() {
    if (state == State.NEW) {
      return Poll.OUT | Poll.HUP;
    }
    if (state == State.CONNECTING) {
      return 0;
    }
    boolean done = state == State.DONE;
    boolean inputOver = done || inputDown || endReceived;
    boolean outputOver = done || outputDown;
    return (inputOver && outputOver ? Poll.HUP : 0)
        | (inputOver || !received.isEmpty() ? Poll.IN : 0)
        | (outputOver || isWritable() ? Poll.OUT : 0)
        | (error != null ? Poll.ERR : 0);
  }

  /// A third must be free, as Linux has it, or each byte that leaves would wake the writer.
  private boolean isWritable() {
    return options.sendCapacity() - sending.size() >= sending.size() / 2;
  }

  @Override
  public void addConnectionTo(List<SimNetwork.Connection> all) {
    if (state != State.NEW && remote != null) {
      all.add(
          new SimNetwork.Connection(
              host.name(),
              text(boundTo()),
              text(remote),
              stateName(),
              received.size(),
              sending.size()));
    }
  }

  private static String text(InetSocketAddress address) {
    var host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private String stateName() {
    return switch (state) {
      case NEW -> "CLOSE";
      case CONNECTING -> "SYN_SENT";
      case ACCEPTING -> "SYN_RECV";
      case DONE -> "TIME_WAIT";
      case OPEN -> {
        if (endSent) {
          yield endReceived
              ? (endedFirst ? "CLOSING" : "LAST_ACK")
              : (endAcked ? "FIN_WAIT2" : "FIN_WAIT1");
        }
        yield endReceived ? "CLOSE_WAIT" : "ESTABLISHED";
      }
    };
  }
}
