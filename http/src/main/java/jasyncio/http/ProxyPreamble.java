package jasyncio.http;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.TimerHandle;
import jasyncio.http.internal.ProxyHeader;
import jasyncio.http.internal.ProxyHeaderParser;
import jasyncio.net.BufferedProtocol;
import jasyncio.net.Protocol;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transport;
import jasyncio.net.Transports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The beginning of a connection that a proxy passes on: who its client is. Then it is a connection
/// of the server's.
final class ProxyPreamble implements BufferedProtocol {
  /* Overview
   *   header     the parser gets its bytes, and not one more: what follows, TLS perhaps, still is in the socket
   *   handshake  with TLS alone: `task` puts it on; what comes before the task goes on is kept by Early
   *   over       a connection has the transport, or it is aborted
   *
   * The server counts it from connectionMade() until it is over.
   */
  private final HttpServer server;
  private final ProxyHeaderParser parser;
  private @Nullable Transport transport;
  private @Nullable TimerHandle timer;
  private @Nullable Task<?> task;

  ProxyPreamble(HttpServer server) {
    this.server = server;
    this.parser = new ProxyHeaderParser(server.options().headerBytes());
  }

  private Transport transport() {
    return Objects.requireNonNull(transport);
  }

  // ---- the header -------------------------------------------------------------------------------

  @Override
  public void connectionMade(Transport newTransport) {
    transport = newTransport;
    if (!server.arriving(this)) {
      newTransport.abort();
      return;
    }
    double limit = Checks.seconds(server.options().headerTime());
    timer = server.getLoop().callLater(limit, this::abort);
  }

  @Override
  public ByteBuffer getBuffer(int sizeHint) {
    return parser.room();
  }

  @Override
  public void bufferUpdated(int bytes) {
    ProxyHeader header;
    try {
      header = parser.received(bytes);
    } catch (IOException e) {
      abort(); // without a word: it is no proxy, or not the right one
      return;
    }
    if (header != null) {
      cancelTimer();
      var tls = server.options().negotiated();
      if (tls == null) {
        passOn(transport(), header);
      } else {
        transport().pauseReading();
        var options = TaskOptions.named("TLS handshake behind a proxy").eagerStart(false);
        task = server.getLoop().createTask(() -> secure(tls, header), options);
        task.addDoneCallback(_ -> server.arrived(this)); // also if it is cancelled before it begins
      }
    }
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    cancelTimer();
    server.arrived(this);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
    }
  }

  void abort() {
    if (task != null) {
      task.cancel();
    }
    transport().abort();
  }

  // ---- what follows -----------------------------------------------------------------------------

  private Protocol passOn(Transport to, ProxyHeader header) {
    server.arrived(this);
    var connection = server.newConnection(header);
    to.setProtocol(connection);
    connection.connectionMade(to);
    return (Protocol) to.getProtocol(); // or what that has become
  }

  /// Puts TLS on. In a task of its own.
  private void secure(TlsOptions tls, ProxyHeader header) {
    var early = new Early();
    Transport secured;
    try {
      secured = Transports.startTls(transport(), early, tls, true);
    } catch (IOException e) {
      return; // it is closed
    } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
      transport().abort();
      throw e;
    } catch (Throwable e) { // it has not begun: there are no keys, say
      transport().abort();
      server
          .getLoop()
          .callExceptionHandler(
              ErrorContext.of("TLS could not begin on a connection that a proxy has passed on")
                  .exception(e));
      return;
    }
    if (early.lost) {
      return;
    }
    var connection = passOn(secured, header);
    if (early.data.size() > 0) {
      connection.dataReceived(early.data.toByteArray());
    }
    if (early.ended && !connection.eofReceived()) {
      secured.close();
    }
  }

  /// Keeps what comes between the end of the handshake and the task.
  private static final class Early implements Protocol {
    final ByteArrayOutputStream data = new ByteArrayOutputStream(0);
    boolean ended;
    boolean lost;

    @Override
    public void dataReceived(byte[] bytes) {
      data.writeBytes(bytes);
    }

    @Override
    public boolean eofReceived() {
      ended = true;
      return true; // TLS closes nevertheless
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      lost = true;
    }
  }
}
