package jasyncio.testing.internal.net;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Supplier;

/// The way from one host to another: what it does to what is sent, and what is on it. Any thread.
///
/// A new one between two hosts takes half a millisecond and does nothing else to what it carries;
/// that of a host to itself takes no time at all.
///
/// TCP never loses anything for good: a lost segment is sent again after at least 200 ms, and twice
/// that, and so on; so what comes after it waits, and after many in vain the connection breaks. The
/// queue's limit does not hit it, as it would send more slowly.
public final class Link {
  static final int HEADERS = 52; // of IP, and of TCP with time stamps
  private static final int OWN_MTU = 65_536; // of a host to itself
  private static final int ETHERNET_MTU = 1500;
  private static final int UNSEGMENTED = 65_535 - HEADERS; // what a plain link carries at once
  private static final int[] PARTS = {0, 1, 2, 4, 8, 16, 24, 32}; // of the jitter, 32nds

  final SimNetwork net;
  private final SimHost from;
  private final SimHost to;
  private final LinkedHashSet<Packet> flight = new LinkedHashSet<>(); // as it was sent

  private int mtu;
  private long latency;
  private long jitter;
  private double bandwidth; // bytes a nanosecond; 0 for no limit
  private long queueLimit = Long.MAX_VALUE;
  private long busyUntil; // then all that waits for the wire has left
  private Chance loss = Chance.never("loss");
  private Chance duplication = Chance.never("duplication");
  private Chance reordering = Chance.never("reordering");
  private Chance splitting = Chance.never("split");
  private boolean held;
  private boolean cut;

  Link(SimNetwork net, SimHost from, SimHost to) {
    this.net = net;
    this.from = from;
    this.to = to;
    this.mtu = from == to ? OWN_MTU : ETHERNET_MTU;
  }

  /// {@return the host at the sending end}
  public SimHost from() {
    return from;
  }

  /// {@return the host at the receiving end}
  public SimHost to() {
    return to;
  }

  // ---- what it is like --------------------------------------------------------------------------

  private Link set(Runnable change) {
    net.run(change);
    return this;
  }

  private static long notNegative(String what, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(what + " of a link cannot be negative: " + value);
    }
    return value;
  }

  /// How long each packet takes at least, nanoseconds.
  public Link latency(long nanos) {
    notNegative("the latency", nanos);
    return set(() -> latency = nanos);
  }

  /// {@return how long each packet takes at least, nanoseconds}
  public long latency() {
    return net.call(() -> latency);
  }

  /// How much longer a packet may take, nanoseconds: drawn for each out of eight values, of which
  /// the shorter are closer to each other.
  public Link jitter(long nanos) {
    notNegative("the jitter", nanos);
    return set(() -> jitter = nanos);
  }

  /// How many bytes leave in a second; 0 for no limit, which is the default.
  public Link bandwidth(long bytesPerSecond) {
    notNegative("the bandwidth", bytesPerSecond);
    return set(() -> bandwidth = bytesPerSecond / 1e9);
  }

  /// How many bytes may wait to leave, where there is a bandwidth: a datagram that would be more is
  /// lost. Default: no limit.
  public Link queueLimit(long bytes) {
    notNegative("the queue limit", bytes);
    return set(() -> queueLimit = bytes);
  }

  /// The longest packet, headers included; default 1500. A longer datagram goes in fragments.
  public Link mtu(int bytes) {
    if (bytes < 576) {
      throw new IllegalArgumentException("the shortest MTU is 576, not " + bytes);
    }
    return set(() -> mtu = bytes);
  }

  /// How likely each packet is to be lost; default 0.
  public Link loss(double probability) {
    var chance = Chance.of("loss", probability);
    return set(() -> loss = chance);
  }

  /// How likely each datagram is to arrive twice; default 0.
  public Link duplication(double probability) {
    var chance = Chance.of("duplication", probability);
    return set(() -> duplication = chance);
  }

  /// How likely each datagram is to be overtaken by those that are sent within the time that it
  /// takes; default 0.
  public Link reordering(double probability) {
    var chance = Chance.of("reordering", probability);
    return set(() -> reordering = chance);
  }

  /// How likely each segment of TCP's is to be cut in two, so that a reader gets the first half
  /// before the second; default 0.
  public Link splitting(double probability) {
    var chance = Chance.of("split", probability);
    return set(() -> splitting = chance);
  }

  // ---- faults -----------------------------------------------------------------------------------

  /// Stops it: what is on it, or sent on it, arrives after [#release]. Nothing is lost.
  public void hold() {
    net.run(() -> {
      if (!held) {
        held = true;
        net.note(() -> this + " is held");
      }
    });
  }

  /// Ends [#hold]: what should have arrived meanwhile does so now, in that order.
  public void release() {
    net.run(() -> {
      if (held) {
        held = false;
        net.note(() -> this + " is released");
        for (var packet : flight) {
          if (packet.landed) {
            int flown = packet.flown;
            net.at(net.nanos(), () -> landed(packet, flown));
          }
        }
      }
    });
  }

  /// Cuts it: what is on it, or sent on it, is lost.
  public void cut() {
    net.run(() -> {
      if (cut) {
        return;
      }
      cut = true;
      net.note(() -> this + " is cut");
      var all = List.copyOf(flight);
      flight.clear();
      all.forEach(packet -> lose(packet, "the cut"));
    });
  }

  /// Ends [#cut].
  public void repair() {
    net.run(() -> {
      if (cut) {
        cut = false;
        net.note(() -> this + " is repaired");
      }
    });
  }

  // ---- carrying, under the lock -----------------------------------------------------------------

  /// How many bytes of a program's a segment of TCP's takes.
  int segment(int wanted) {
    boolean plain = bandwidth == 0 && jitter == 0 && !loss.isPossible() && mtu >= ETHERNET_MTU;
    int most = Math.min(wanted, plain ? UNSEGMENTED : mtu - HEADERS);
    return most > 1 && splitting.happens(net.world) ? most / 2 : most;
  }

  /// After which time TCP takes a segment for lost.
  long timeout() {
    return 200_000_000 + 2 * latency;
  }

  void send(Packet packet) {
    long now = net.nanos();
    packet.sent = now;
    packet.landed = false;
    if (cut) {
      lose(packet, "the cut");
    } else if (loss.happens(net.world)) {
      lose(packet, "loss");
    } else {
      carry(packet, arrival(now, packet.size()));
    }
  }

  /// A datagram, which may take other ways than what TCP sends.
  ///
  /// @param copy makes the same again
  void sendDatagram(Packet packet, Supplier<Packet> copy) {
    int pieces = Math.ceilDiv(packet.size(), mtu);
    for (int i = 1; i < pieces; i++) {
      if (loss.happens(net.world)) {
        lose(packet, "loss of a fragment");
        return;
      }
    }
    if (bandwidth > 0 && waiting() + packet.size() > queueLimit) {
      lose(packet, "a full queue");
      return;
    }
    if (reordering.happens(net.world)) {
      packet.earliest = net.nanos() + 2 * Math.max(latency + jitter, 1_000_000);
      net.note(() -> describe(packet) + " is overtaken");
    }
    send(packet);
    if (duplication.happens(net.world)) {
      net.note(() -> describe(packet) + " arrives twice");
      send(copy.get());
    }
  }

  private double waiting() {
    return Math.max(0, busyUntil - net.nanos()) * bandwidth;
  }

  private long arrival(long now, int size) {
    long left = now;
    if (bandwidth > 0) {
      left = Math.max(now, busyUntil) + (long) Math.ceil(size / bandwidth);
      busyUntil = left;
    }
    return left + latency + delay();
  }

  private long delay() {
    return jitter == 0 ? 0 : jitter * PARTS[net.world.choose("delay", PARTS.length)] / 32;
  }

  private void carry(Packet packet, long due) {
    packet.due = Math.max(due, packet.earliest);
    if (packet.due <= packet.sent && flight.isEmpty() && !held) {
      deliver(packet);
    } else {
      flight.add(packet);
      int flown = ++packet.flown;
      net.at(packet.due, () -> landed(packet, flown));
    }
  }

  private void landed(Packet packet, int flown) {
    if (flown != packet.flown || !flight.contains(packet)) {
      return; // the link was cut meanwhile, and it may have been sent again
    }
    if (held) {
      packet.landed = true;
    } else {
      flight.remove(packet);
      deliver(packet);
    }
  }

  private void deliver(Packet packet) {
    if (to.isUp()) {
      tell(packet, true);
      packet.arrive();
    } else {
      lose(packet, to + " being down");
    }
  }

  private void lose(Packet packet, String why) {
    net.note(() -> describe(packet) + " is lost by " + why);
    tell(packet, false);
    packet.lost();
  }

  private void tell(Packet packet, boolean arrives) {
    if (from != to) {
      net.world.message(from.name(), to.name(), packet.sent, arrives, () -> describe(packet));
    }
  }

  private String describe(Packet packet) {
    return this + ": " + packet.kind + (packet.bytes > 0 ? " of " + packet.bytes + " bytes" : "");
  }

  void addInFlightTo(List<SimNetwork.InFlight> all) {
    for (var packet : flight) {
      all.add(
          new SimNetwork.InFlight(from.name(), to.name(), packet.kind, packet.bytes, packet.due));
    }
  }

  @Override
  public String toString() {
    return from.name() + " -> " + to.name();
  }
}
