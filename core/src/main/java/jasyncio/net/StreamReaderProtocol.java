package jasyncio.net;

import jasyncio.ErrorContext;
import jasyncio.Task;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Feeds a [StreamReader] with what a transport receives. [Streams] uses it; use it yourself where
/// you make the transport yourself:
///
/// ```java fragment
/// var reader = new StreamReader();
/// var connection =
///     Transports.createConnection(() -> new StreamReaderProtocol(reader), "127.0.0.1", 8888);
/// var writer = new StreamWriter(connection.transport(), connection.protocol(), reader);
/// ```
///
/// Python: `asyncio.StreamReaderProtocol`.
public final class StreamReaderProtocol extends FlowControlMixin implements Protocol {
  // Weak, so that reader and writer can be collected while the selector still knows the transport,
  // and with it this: see StreamWriter.
  private final WeakReference<StreamReader> readerReference;
  private final boolean serverSide;
  private @Nullable ClientHandler handler; // until there is a client
  private @Nullable StreamReader unconnected; // a server's reader is in nobody else's hands yet
  private @Nullable Transport transport; // the one on top
  private boolean overTls;

  /// A protocol that feeds `reader`.
  ///
  /// @param reader the reader, on its loop
  public StreamReaderProtocol(StreamReader reader) {
    this(reader, null);
  }

  /// A protocol that feeds `reader` and, once connected, has `handler` run in a task of its own.
  /// For servers.
  ///
  /// @param reader the reader, on its loop
  /// @param handler what talks to the client, or `null`
  public StreamReaderProtocol(StreamReader reader, @Nullable ClientHandler handler) {
    super(Objects.requireNonNull(reader, "reader").loop());
    this.readerReference = new WeakReference<>(reader);
    this.serverSide = handler != null;
    this.handler = handler;
    this.unconnected = handler == null ? null : reader;
  }

  @Override
  public void connectionMade(Transport newTransport) {
    var reader = unconnected != null ? unconnected : readerReference.get();
    unconnected = null;
    var welcome = handler;
    handler = null;
    goOnWith(newTransport);
    if (reader == null) {
      getLoop()
          .callExceptionHandler(
              ErrorContext.of(
                  "An open stream was garbage collected prior to establishing network connection;"
                      + " call \"stream.close()\" explicitly."));
      newTransport.abort();
      return;
    }
    reader.setTransport(newTransport);
    if (welcome != null) {
      var writer = new StreamWriter(newTransport, this, reader);
      var task = getLoop().createTask(() -> welcome.clientConnected(reader, writer));
      task.addDoneCallback(t -> handled(task));
    }
  }

  private void goOnWith(Transport newTransport) {
    transport = newTransport;
    overTls = newTransport.getExtraInfo(ExtraInfo.SSL_CONTEXT) != null;
  }

  private void handled(Task<?> task) {
    var top = Objects.requireNonNull(transport); // TLS may have been put onto the one it began with
    if (task.cancelled()) {
      top.close();
      return;
    }
    var problem = task.exception();
    if (problem != null) {
      getLoop()
          .callExceptionHandler(
              ErrorContext.of("Unhandled exception in client_connected_cb")
                  .exception(problem)
                  .detail("transport", top));
      top.close();
    }
  }

  boolean isServerSide() {
    return serverSide;
  }

  @Override
  @Nullable BaseTransport transport() {
    return transport;
  }

  /// The connection goes on over another transport.
  void replaceTransport(Transport newTransport) {
    goOnWith(newTransport);
    var reader = readerReference.get();
    if (reader != null) {
      reader.replaceTransport(newTransport);
    }
  }

  /// Takes back what was received, and nobody has read, for the transport that takes over.
  byte[] takeBuffered() {
    var reader = readerReference.get();
    return reader == null ? new byte[0] : reader.takeBuffered();
  }

  @Override
  public void dataReceived(byte[] data) {
    dataReceived(ByteBuffer.wrap(data));
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    var reader = readerReference.get();
    if (reader != null) {
      reader.feedData(data);
    }
  }

  /// The other side sends no more; a plain connection stays open for writing.
  @Override
  public boolean eofReceived() {
    var reader = readerReference.get();
    if (reader != null) {
      reader.feedEof();
    }
    return !overTls; // TLS has no half-closed connections
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    var reader = readerReference.get();
    if (reader != null) {
      if (exception == null) {
        reader.feedEof();
      } else {
        reader.setException(exception);
      }
    }
    super.connectionLost(exception);
  }
}
