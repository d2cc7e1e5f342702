package jasyncio.testing.internal.net;

import java.net.DatagramPacket;
import java.net.DatagramSocketImpl;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;

/// What `java.net` wants under a socket that has a channel under it. Nobody calls it, except to
/// make and to close it.
@SuppressWarnings({"deprecation", "removal"}) // it has to have all methods
final class NoDatagramSocketImpl extends DatagramSocketImpl {
  private static AssertionError unused() {
    return new AssertionError("the socket of a channel does without");
  }

  @Override
  protected void create() {}

  @Override
  protected void bind(int port, InetAddress address) {
    throw unused();
  }

  @Override
  protected void send(DatagramPacket packet) {
    throw unused();
  }

  @Override
  protected int peek(InetAddress address) {
    throw unused();
  }

  @Override
  protected int peekData(DatagramPacket packet) {
    throw unused();
  }

  @Override
  protected void receive(DatagramPacket packet) {
    throw unused();
  }

  @Override
  protected void setTTL(byte ttl) {
    throw unused();
  }

  @Override
  protected byte getTTL() {
    throw unused();
  }

  @Override
  protected void setTimeToLive(int ttl) {
    throw unused();
  }

  @Override
  protected int getTimeToLive() {
    throw unused();
  }

  @Override
  protected void join(InetAddress group) {
    throw unused();
  }

  @Override
  protected void leave(InetAddress group) {
    throw unused();
  }

  @Override
  protected void joinGroup(SocketAddress group, NetworkInterface on) {
    throw unused();
  }

  @Override
  protected void leaveGroup(SocketAddress group, NetworkInterface on) {
    throw unused();
  }

  @Override
  protected void close() {}

  @Override
  public void setOption(int id, Object value) {
    throw unused();
  }

  @Override
  public Object getOption(int id) {
    throw unused();
  }
}
