package jasyncio.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Asyncio;
import jasyncio.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A protocol for datagrams that keeps what it is told.
class DatagramRecorder implements DatagramProtocol {
  final List<String> calls = new ArrayList<>();
  final List<Datagram> received = new ArrayList<>();
  final List<IOException> errors = new ArrayList<>();
  final Future<@Nullable Throwable> lost = Asyncio.getRunningLoop().createFuture();
  private @Nullable DatagramTransport transport;
  private @Nullable Future<@Nullable Void> news;

  /// Bound to any port of this machine. Suspends.
  static DatagramRecorder bound() throws IOException {
    return open(DatagramOptions.local(Loopback.HOST, 0));
  }

  /// Connected to another one. Suspends.
  static DatagramRecorder connectedTo(DatagramRecorder other) throws IOException {
    return open(DatagramOptions.defaults().remoteAddress(other.address()));
  }

  static DatagramRecorder open(DatagramOptions options) throws IOException {
    return Datagrams.createDatagramEndpoint(DatagramRecorder::new, options).protocol();
  }

  DatagramTransport transport() {
    return Objects.requireNonNull(transport);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) Objects.requireNonNull(transport().getExtraInfo(ExtraInfo.SOCKNAME));
  }

  List<String> texts() {
    return received.stream().map(Datagram::text).toList();
  }

  void send(String text, DatagramRecorder to) {
    transport().sendto(text.getBytes(UTF_8), to.address());
  }

  /// Waits until so many datagrams have come. Suspends.
  void awaitDatagrams(int count) {
    while (received.size() < count) {
      awaitNews();
    }
  }

  /// Waits until so many errors have come. Suspends.
  void awaitErrors(int count) {
    while (errors.size() < count) {
      awaitNews();
    }
  }

  private void awaitNews() {
    news = Asyncio.getRunningLoop().createFuture();
    news.await();
  }

  private void tellNews() {
    if (news != null && !news.done()) {
      news.setResult(null);
    }
  }

  /// Closes, and waits for the end. Suspends.
  void end() {
    transport().close();
    lost.await();
  }

  @Override
  public void connectionMade(DatagramTransport newTransport) {
    transport = newTransport;
    calls.add("made");
  }

  @Override
  public void datagramReceived(byte[] data, SocketAddress from) {
    received.add(new Datagram(data, from));
    calls.add("datagram");
    tellNews();
  }

  @Override
  public void errorReceived(IOException error) {
    errors.add(error);
    calls.add("error");
    tellNews();
  }

  @Override
  public void pauseWriting() {
    calls.add("pause");
  }

  @Override
  public void resumeWriting() {
    calls.add("resume");
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    calls.add("lost");
    lost.setResult(exception);
  }
}
