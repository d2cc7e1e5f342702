package jasyncio.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports for tests that must know one before anybody listens on it, or that nobody listens on.
public final class Ports {
  // Below those that systems choose from: a connection of another test, or of another run of the
  // tests, would get one of those by chance.
  private static final int FIRST = 10_000;
  private static final int END = 30_000;

  private Ports() {}

  /// A port of the loopback interface that is free, and stays so as far as anybody can know.
  public static int free() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        return port;
      }
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
