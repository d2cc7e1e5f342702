package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.Transcript.bytes;
import static jasyncio.testing.internal.net.Transcript.loopback;
import static jasyncio.testing.internal.net.Transcript.port;
import static jasyncio.testing.internal.net.Transcript.room;
import static jasyncio.testing.internal.net.Transcript.text;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// What programs do with datagrams.
final class DatagramScripts {
  private DatagramScripts() {}

  private static DatagramChannel bound(Transcript t) throws Exception {
    return t.datagram().bind(loopback(0));
  }

  private static String receive(DatagramChannel channel, int room) throws Exception {
    var buffer = room(room);
    var from = channel.receive(buffer);
    return (from == null ? "nothing" : ((InetSocketAddress) from).getAddress())
        + " "
        + text(buffer);
  }

  private static String read(DatagramChannel channel) throws Exception {
    var buffer = room(100);
    return channel.read(buffer) + " " + text(buffer);
  }

  static void sendAndReceive(Transcript t) throws Exception {
    var one = bound(t);
    var two = t.datagram();
    t.tries("unbound", two::getLocalAddress);
    t.tries("send", () -> two.send(bytes("hello"), one.getLocalAddress()));
    t.say("bound", ((InetSocketAddress) two.getLocalAddress()).getAddress());
    var buffer = room(100);
    var from = one.receive(buffer);
    t.say("got", text(buffer));
    t.say("port", ((InetSocketAddress) from).getPort() == port(two));
    t.say("from", ((InetSocketAddress) from).getAddress());
    t.tries("answer", () -> one.send(bytes("answer"), from));
    t.tries("receive", () -> receive(two, 100));
    t.tries("empty", () -> two.send(bytes(""), one.getLocalAddress()));
    t.tries("receive", () -> receive(one, 100));
    two.send(bytes("0123456789"), one.getLocalAddress());
    t.tries("cut off", () -> receive(one, 4));
    two.send(bytes("0123456789"), one.getLocalAddress());
    t.tries("no room", () -> receive(one, 0));
    one.configureBlocking(false);
    t.tries("nothing", () -> receive(one, 100));
    t.tries("read only", () -> one.receive(room(5).asReadOnlyBuffer()));
    t.tries("unconnected", () -> read(one));
    t.tries("unconnected", () -> one.write(bytes("x")));
    t.tries("port 0", () -> one.send(bytes("x"), loopback(0)));
    t.tries("unresolved", () -> one.send(bytes("x"), InetSocketAddress.createUnresolved("x", 1)));
    t.tries("null", () -> one.send(bytes("x"), null));
    t.tries("IPv6", () -> one.send(bytes("x"), new InetSocketAddress(Addresses.LOOPBACK_6, 9)));
    t.tries("bound", () -> one.bind(null));
  }

  static void longest(Transcript t) throws Exception {
    var one = bound(t);
    var two = bound(t);
    t.tries("long", () -> two.send(room(65_507), one.getLocalAddress()));
    var buffer = room(70_000);
    one.receive(buffer);
    t.say("got", buffer.position());
    t.tries("too long", () -> two.send(room(65_508), one.getLocalAddress()));
    t.tries("much too long", () -> two.send(room(100_000), one.getLocalAddress()));
  }

  static void connected(Transcript t) throws Exception {
    var one = bound(t);
    var two = bound(t);
    var third = bound(t);
    var any = t.datagram();
    any.connect(one.getLocalAddress());
    t.say("local", ((InetSocketAddress) any.getLocalAddress()).getAddress());
    two.connect(one.getLocalAddress());
    t.say(
        "connected",
        two.isConnected() + " " + two.getRemoteAddress().equals(one.getLocalAddress()));
    t.tries("again", () -> two.connect(third.getLocalAddress()));
    t.tries("write", () -> two.write(bytes("hello")));
    t.tries("write", () -> two.write(new ByteBuffer[] {bytes("a"), bytes("bc")}));
    t.tries("receive", () -> receive(one, 100));
    t.tries("receive", () -> receive(one, 100));
    t.tries("to another", () -> two.send(bytes("x"), third.getLocalAddress()));
    t.tries("to the same", () -> two.send(bytes("x"), one.getLocalAddress()));
    third.send(bytes("stranger"), two.getLocalAddress());
    one.send(bytes("friend"), two.getLocalAddress());
    t.tries("read", () -> read(two));
    two.configureBlocking(false);
    t.tries("read", () -> read(two));
    var port = port(two);
    two.disconnect();
    two.disconnect();
    t.say("connected", two.isConnected() + " " + two.getRemoteAddress());
    t.say("port", port(two) == port);
    third.send(bytes("stranger"), two.getLocalAddress());
    t.awaitReady(two, OP_READ);
    t.tries("receive", () -> receive(two, 100));
    t.tries("port 0", () -> t.datagram().connect(loopback(0)));
  }

  static void unreachable(Transcript t) throws Exception {
    int port;
    try (var gone = t.datagram().bind(loopback(0))) {
      port = port(gone);
    }
    var one = bound(t);
    t.tries("send", () -> one.send(bytes("x"), loopback(port)));
    t.tries("send", () -> one.send(bytes("x"), loopback(port)));
    one.configureBlocking(false);
    t.tries("receive", () -> receive(one, 10));
    one.connect(loopback(port));
    t.tries("write", () -> one.write(bytes("x")));
    t.awaitReady(one, OP_READ);
    t.tries("read", () -> read(one));
    t.tries("read", () -> read(one));
    t.tries("write", () -> one.write(bytes("x")));
    t.awaitReady(one, OP_READ);
    t.tries("told when writing", () -> one.write(bytes("x")));
    t.tries("write", () -> one.write(bytes("x")));
    t.awaitReady(one, OP_READ);
    t.tries("receive", () -> receive(one, 10));
  }

  static void closed(Transcript t) throws Exception {
    var one = bound(t);
    var address = one.getLocalAddress();
    one.close();
    t.tries("send", () -> one.send(bytes("x"), address));
    t.tries("receive", () -> receive(one, 10));
    t.tries("address", one::getLocalAddress);
    t.tries("connect", () -> one.connect(address));
    t.tries("disconnect", () -> one.disconnect() == one);
    t.tries("again", () -> t.datagram().bind(address).getLocalAddress().equals(address));
  }

  static void bindTwice(Transcript t) throws Exception {
    var one = bound(t);
    t.tries("taken", () -> t.datagram().bind(one.getLocalAddress()));
    t.tries("any", () -> t.datagram().bind(new InetSocketAddress("0.0.0.0", port(one))));
    t.tries(
        "both",
        () -> t.keep(t.provider.openDatagramChannel()).bind(new InetSocketAddress(port(one))));
    var free = t.datagram();
    free.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    t.tries("only one", () -> free.bind(one.getLocalAddress()));
    var first = t.datagram();
    first.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    first.bind(loopback(0));
    t.tries("shared", () -> port(free.bind(first.getLocalAddress())) == port(first));
    one.send(bytes("to the last"), first.getLocalAddress());
    first.configureBlocking(false);
    t.tries("last", () -> receive(free, 100));
    t.tries("first", () -> receive(first, 100));
  }

  static void readiness(Transcript t) throws Exception {
    var one = bound(t);
    var two = bound(t);
    one.configureBlocking(false);
    var selector = t.selector();
    var key = one.register(selector, OP_READ | OP_WRITE);
    t.say("select", selector.selectNow() + " " + key.readyOps());
    key.interestOps(OP_READ);
    selector.selectedKeys().clear();
    t.say("select", selector.selectNow());
    two.send(bytes("x"), one.getLocalAddress());
    t.say("select", selector.select() + " " + key.readyOps());
    receive(one, 10);
    selector.selectedKeys().clear();
    t.say("select", selector.selectNow());
    one.close();
    t.say("valid", key.isValid() + " " + selector.keys().size());
    selector.selectNow();
    t.say("keys", selector.keys().size());
  }

  static void broadcast(Transcript t) throws Exception {
    var one = t.datagram();
    var all = new InetSocketAddress("255.255.255.255", 9);
    t.tries("not allowed", () -> one.send(bytes("x"), all));
  }

  static void bothFamilies(Transcript t) throws Exception {
    var both = t.keep(t.provider.openDatagramChannel());
    both.bind(new InetSocketAddress(0));
    t.say("any", ((InetSocketAddress) both.getLocalAddress()).getAddress());
    var four = bound(t);
    four.send(bytes("four"), loopback(port(both)));
    t.tries("receive", () -> receive(both, 100));
    var six = t.keep(t.provider.openDatagramChannel(StandardProtocolFamily.INET6));
    six.send(bytes("six"), new InetSocketAddress(Addresses.LOOPBACK_6, port(both)));
    t.tries("receive", () -> receive(both, 100));
  }

  static void groups(Transcript t) throws Exception {
    var lo = NetworkInterface.getByInetAddress(Transcript.loopback());
    var group = InetAddress.getByName("239.1.2.3");
    var one = t.datagram();
    one.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    one.bind(new InetSocketAddress("0.0.0.0", 0));
    one.configureBlocking(false);
    var sender = t.datagram();
    sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, lo);
    var target = new InetSocketAddress(group, port(one));
    sender.send(bytes("before"), target);
    t.tries("nothing", () -> receive(one, 100));
    var key = one.join(group, lo);
    t.say("key", key.isValid() + " " + key.group() + " " + key.sourceAddress());
    t.say("same", one.join(group, lo) == key);
    t.say("channel", key.channel() == one);
    t.say("interface", key.networkInterface().equals(lo));
    sender.send(bytes("hello"), target);
    t.awaitReady(one, OP_READ);
    t.tries("receive", () -> receive(one, 100).replaceAll("/.* ", "from "));
    key.drop();
    key.drop();
    t.say("valid", key.isValid());
    sender.send(bytes("after"), target);
    t.tries("nothing", () -> receive(one, 100));
    t.tries("no group", () -> one.join(Transcript.loopback(), lo));
    t.tries("IPv6", () -> one.join(InetAddress.getByName("ff02::1"), lo));
    t.tries("source", () -> one.join(group, lo, InetAddress.getByName("0.0.0.0")));
    t.tries("source", () -> one.join(group, lo, group));
    var again = one.join(group, lo);
    one.close();
    t.say("valid", again.isValid());
  }
}
