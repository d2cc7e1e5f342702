package jasyncio.testing.internal.net;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketImpl;

/// What `java.net` wants under a socket that has a channel under it. Nobody calls it.
final class NoSocketImpl extends SocketImpl {
  private static AssertionError unused() {
    return new AssertionError("the socket of a channel does without");
  }

  @Override
  protected void create(boolean stream) {
    throw unused();
  }

  @Override
  protected void connect(String host, int port) {
    throw unused();
  }

  @Override
  protected void connect(InetAddress address, int port) {
    throw unused();
  }

  @Override
  protected void connect(SocketAddress address, int timeout) {
    throw unused();
  }

  @Override
  protected void bind(InetAddress host, int port) {
    throw unused();
  }

  @Override
  protected void listen(int backlog) {
    throw unused();
  }

  @Override
  protected void accept(SocketImpl s) {
    throw unused();
  }

  @Override
  protected InputStream getInputStream() {
    throw unused();
  }

  @Override
  protected OutputStream getOutputStream() {
    throw unused();
  }

  @Override
  protected int available() {
    throw unused();
  }

  @Override
  protected void close() {
    throw unused();
  }

  @Override
  protected void sendUrgentData(int data) {
    throw unused();
  }

  @Override
  public void setOption(int optID, Object value) {
    throw unused();
  }

  @Override
  public Object getOption(int optID) {
    throw unused();
  }
}
