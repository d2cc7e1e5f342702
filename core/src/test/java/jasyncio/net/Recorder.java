package jasyncio.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Asyncio;
import jasyncio.Future;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A protocol that keeps what it is told.
class Recorder implements Protocol {
  final List<String> calls = new ArrayList<>();
  final Future<@Nullable Void> made = Asyncio.getRunningLoop().createFuture();
  final Future<@Nullable Throwable> lost = Asyncio.getRunningLoop().createFuture();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private @Nullable Transport transport;
  private @Nullable Future<@Nullable Void> news;

  Transport transport() {
    return Objects.requireNonNull(transport);
  }

  byte[] received() {
    return received.toByteArray();
  }

  String text() {
    return received.toString(UTF_8);
  }

  void write(String text) {
    transport().write(text.getBytes(UTF_8));
  }

  /// Waits until so many bytes have come. Suspends.
  void awaitBytes(int count) {
    while (received.size() < count) {
      news = Asyncio.getRunningLoop().createFuture();
      news.await();
    }
  }

  @Override
  public void connectionMade(Transport newTransport) {
    transport = newTransport;
    calls.add("made");
    made.setResult(null);
  }

  @Override
  public void dataReceived(byte[] data) {
    received.writeBytes(data);
    calls.add("data");
    if (news != null && !news.done()) {
      news.setResult(null);
    }
  }

  @Override
  public boolean eofReceived() {
    calls.add("eof");
    return false;
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    calls.add("lost");
    lost.setResult(exception);
    if (news != null && !news.done()) {
      news.setException(new AssertionError("the connection is lost", exception));
    }
  }

  @Override
  public void pauseWriting() {
    calls.add("pause");
  }

  @Override
  public void resumeWriting() {
    calls.add("resume");
  }
}
