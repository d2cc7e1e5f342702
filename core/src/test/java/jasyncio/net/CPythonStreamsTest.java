package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.process.SubprocessProtocol;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What CPython's test_streams.py, test_server.py, test_selector_events.py, test_unix_events.py,
/// test_buffered_proto.py and test_protocols.py assert and nothing else here does.
@Timeout(600)
@ExtendWith(OpenSockets.class)
class CPythonStreamsTest {
  private static final String HOST = Loopback.HOST;

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  // ---- readers ----------------------------------------------------------------------------------

  // CPython: test_streams.StreamTests.test_feed_empty_data
  @Test
  void feedingNothing_isNothing() {
    run(() -> {
      var reader = new StreamReader();
      reader.feedData(new byte[0]);
      assertThat(reader).hasToString("<StreamReader>");
      assertThat(reader.atEof()).isFalse();
    });
  }

  // CPython: test_streams.StreamTests.test_at_eof
  @Test
  void atEof_isWhenTheEndIsFedAndAllIsRead() throws Exception {
    run(() -> {
      var reader = new StreamReader();
      assertThat(reader.atEof()).isFalse();
      reader.feedData(bytes("some data\n"));
      assertThat(reader.atEof()).isFalse();
      reader.readline();
      assertThat(reader.atEof()).isFalse();
      reader.feedData(bytes("some data\n"));
      reader.feedEof();
      assertThat(reader.atEof()).isFalse();
      reader.readline();
      assertThat(reader.atEof()).isTrue();
    });
  }

  // CPython: test_streams.StreamTests.test_readuntil_multi_separator_limit
  @Test
  void ofSeveralSeparators_theShortOneCountsForTheLimit() throws Exception {
    run(() -> {
      var reader = new StreamReader(3);
      reader.feedData(bytes("some dataA"));
      assertThatThrownBy(() -> reader.readuntil(List.of(bytes("A"), bytes("ome dataA"))))
          .isInstanceOf(LimitOverrunException.class)
          .hasMessageContaining("is found");
      assertThat(reader.read(100)).isEqualTo(bytes("some dataA"));
    });
  }

  // CPython: test_streams.StreamTests.test_streamreader_constructor_without_loop,
  // …_use_running_loop, …_use_global_loop, test_streamreaderprotocol_constructor_…
  @Test
  void readers_needALoop() {
    assertThatThrownBy(StreamReader::new).isInstanceOf(IllegalStateException.class);
    var loop = newEventLoop();
    try {
      var inside = loop.runUntilComplete(() -> new StreamReader());
      assertThat(inside.loop()).isSameAs(loop);
      Asyncio.setEventLoop(loop);
      var outside = new StreamReader();
      assertThat(outside.loop()).isSameAs(loop);
      new StreamReaderProtocol(outside); // takes the loop of its reader
    } finally {
      Asyncio.setEventLoop(null);
      loop.close();
    }
  }

  // CPython: test_streams.StreamTests.test_read_all_from_pipe_reader
  @Test
  void readerWithATinyLimit_readsAllOfAPipe() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      var reader = new StreamReader(1);
      Pipes.connectReadPipe(() -> new StreamReaderProtocol(reader), pipe.source());
      pipe.sink().write(ByteBuffer.wrap(bytes("data")));
      pipe.sink().close();
      assertThat(reader.read()).isEqualTo(bytes("data"));
    });
  }

  // CPython: test_streams.StreamTests.test_wait_closed_on_close_with_unread_data
  @Test
  void waitClosed_withUnreadData_ends() throws Exception {
    run(() -> {
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                writer.write("first\nmuch that nobody reads\n", UTF_8);
                writer.close();
              },
              HOST,
              0)) {
        var connection = Streams.openConnection(HOST, Loopback.port(server));
        assertThat(connection.reader().readLine()).isEqualTo("first");
        connection.writer().close();
        connection.writer().waitClosed();
      }
    });
  }

  // ---- writing ----------------------------------------------------------------------------------

  // CPython: test_selector_events.SelectorSocketTransportTests.test_write_no_data
  @Test
  void nothingWritten_sendsNothing_alsoBehindOtherData() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        pair.peer().transport().pauseReading();
        pair.client().write("");
        assertThat(pair.client().transport().getWriteBufferSize()).isZero();
        pair.client().transport().write(new byte[10_000_000]);
        int size = pair.client().transport().getWriteBufferSize();
        assertThat(size).isPositive();
        pair.client().write("");
        assertThat(pair.client().transport().getWriteBufferSize()).isEqualTo(size);
      }
    });
  }

  // CPython: test_selector_events.SelectorSocketTransportTests.test_write_eof_buffer
  @Test
  void writeEof_comesBehindWhatIsBuffered() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        pair.peer().transport().pauseReading();
        pair.client().transport().write(new byte[10_000_000]);
        assertThat(pair.client().transport().getWriteBufferSize()).isPositive();
        pair.client().transport().writeEof();
        pair.client().transport().writeEof();
        pair.peer().transport().resumeReading();
        pair.peer().lost.await(); // closed at the end, as its protocol says
        assertThat(pair.peer().received()).hasSize(10_000_000);
        assertThat(pair.peer().calls).endsWith("data", "eof", "lost");
      }
    });
  }

  // CPython: test_selector_events.SelectorSocketTransportTests.test_write_eof_after_close
  @Test
  void writeEof_afterClose_hasNoEffect() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        pair.client().transport().close();
        sleep(0);
        pair.client().transport().writeEof();
        assertThat(pair.client().lost.await()).isNull();
      }
    });
  }

  // CPython: test_selector_events.SelectorSocketTransportTests.test_writelines_pauses_protocol
  @Test
  void writelines_pausesTheProtocol() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        pair.peer().transport().pauseReading();
        pair.client().transport().writelines(List.of(new byte[5_000_000], new byte[5_000_000]));
        assertThat(pair.client().calls).containsExactly("made", "pause");
      }
    });
  }

  // ---- buffered protocols -----------------------------------------------------------------------

  /// Gives a small buffer, and may fail.
  private static class Buffered extends Recorder implements BufferedProtocol {
    private final ByteBuffer buffer = ByteBuffer.allocate(100);
    final StringBuilder got = new StringBuilder();

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      return buffer.clear();
    }

    @Override
    public void bufferUpdated(int count) {
      got.append(new String(buffer.array(), 0, count, UTF_8));
    }
  }

  // CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests.test_read_ready_eof,
  //     test_read_ready_eof_keep_open
  @Test
  void bufferedProtocol_isToldOfTheEnd_andMayKeepItsSideOpen() throws Exception {
    run(() -> {
      for (boolean keepOpen : new boolean[] {false, true}) {
        var client =
            new Buffered() {
              @Override
              public boolean eofReceived() {
                super.eofReceived();
                return keepOpen;
              }
            };
        try (var pair = Loopback.open(client, new Recorder())) {
          pair.peer().write("x");
          pair.peer().transport().writeEof();
          while (!client.calls.contains("eof")) {
            sleep(0);
          }
          assertThat(client.got.toString()).isEqualTo("x");
          assertThat(client.transport().isClosing()).isEqualTo(!keepOpen);
          if (keepOpen) {
            client.write("answer");
            pair.peer().awaitBytes(6);
          }
        }
      }
    });
  }

  // CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests
  //     .test_read_eof_received_error
  @Test
  void bufferedProtocol_thatFailsAtTheEnd_endsItsConnection() throws Exception {
    run(() -> {
      var errors = new ArrayList<ErrorContext>();
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      var problem = new IllegalStateException("fails");
      var client =
          new Buffered() {
            @Override
            public boolean eofReceived() {
              throw problem;
            }
          };
      try (var pair = Loopback.open(client, new Recorder())) {
        pair.peer().transport().writeEof();
        assertThat(client.lost.await()).isSameAs(problem);
      }
      assertThat(errors)
          .singleElement()
          .satisfies(e -> {
            assertThat(e.message()).isEqualTo("Fatal error: protocol.eofReceived() call failed.");
            assertThat(e.exception()).isSameAs(problem);
          });
    });
  }

  // CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests
  //     .test_read_ready_conn_reset, test_read_ready_err
  @Test
  void bufferedProtocol_isToldOfAReset() throws Exception {
    run(() -> {
      var client = new Buffered();
      try (var pair = Loopback.open(client, new Recorder())) {
        var socket = (SocketChannel) pair.peer().transport().getExtraInfo(ExtraInfo.SOCKET);
        assertThat(socket).isNotNull();
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        pair.peer().transport().abort();
        assertThat(client.lost.await()).isInstanceOf(IOException.class);
        assertThat(client.calls).doesNotContain("eof");
      }
    });
  }

  // CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests
  //     .test_proto_type_switch
  @Test
  void protocolsOfBothKinds_canFollowEachOther() throws Exception {
    run(() -> {
      var plain = new Recorder();
      var buffered = new Buffered();
      var last = new Recorder();
      try (var pair = Loopback.open(plain, new Recorder())) {
        pair.peer().write("a");
        plain.awaitBytes(1);
        pair.client().transport().setProtocol(buffered);
        pair.peer().write("b");
        while (buffered.got.isEmpty()) {
          sleep(0);
        }
        pair.client().transport().setProtocol(last);
        pair.peer().write("c");
        last.awaitBytes(1);
        assertThat(List.of(plain.text(), buffered.got.toString(), last.text()))
            .containsExactly("a", "b", "c");
        pair.client().transport().setProtocol(plain); // which is told of the end
      }
    });
  }

  // CPython: test_buffered_proto.BaseTestBufferedProtocol.test_buffered_proto_create_connection
  @Test
  void bufferedProtocol_getsWhatAStreamSends() throws Exception {
    var noise = "12345678+".repeat(1024);
    run(() -> {
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                writer.write(noise, UTF_8);
                reader.readexactly(1);
                writer.close();
                writer.waitClosed();
              },
              HOST,
              0)) {
        var client =
            Transports.createConnection(
                    () ->
                        new Buffered() {
                          @Override
                          public void bufferUpdated(int count) {
                            super.bufferUpdated(count);
                            if (got.length() == noise.length()) {
                              write("1");
                            }
                          }
                        },
                    HOST,
                    Loopback.port(server))
                .protocol();
        assertThat(client.lost.await()).isNull();
        assertThat(client.got.toString()).isEqualTo(noise);
      }
    });
  }

  // CPython: test_selector_events.SelectorSocketTransportBufferedProtocolTests
  //     .test_get_buffer_error, test_buffer_updated_error
  @Test
  void bufferedProtocolThatFails_endsItsConnection() throws Exception {
    run(() -> {
      var errors = new ArrayList<ErrorContext>();
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      var problem = new IllegalStateException("fails");
      var inGetBuffer =
          new Buffered() {
            @Override
            public ByteBuffer getBuffer(int sizeHint) {
              throw problem;
            }
          };
      var inBufferUpdated =
          new Buffered() {
            @Override
            public void bufferUpdated(int count) {
              throw problem;
            }
          };
      for (var protocol : List.of(inGetBuffer, inBufferUpdated)) {
        try (var pair = Loopback.open(protocol, new Recorder())) {
          pair.peer().write("x");
          assertThat(protocol.lost.await()).isSameAs(problem);
        }
      }
      assertThat(errors).hasSize(2).allSatisfy(e -> assertThat(e.exception()).isSameAs(problem));
    });
  }

  // CPython: test_protocols.ProtocolsAbsTests
  @Test
  void protocols_doNothingByDefault() {
    var protocol = new Protocol() {};
    protocol.connectionLost(null);
    protocol.dataReceived(new byte[1]);
    protocol.dataReceived(ByteBuffer.allocate(1));
    assertThat(protocol.eofReceived()).isFalse();
    protocol.pauseWriting();
    protocol.resumeWriting();
    var datagrams = new DatagramProtocol() {};
    datagrams.connectionLost(null);
    datagrams.datagramReceived(new byte[1], new InetSocketAddress(1));
    datagrams.errorReceived(new IOException());
    var child = new SubprocessProtocol() {};
    child.connectionLost(null);
    child.pipeDataReceived(1, new byte[1]);
    child.pipeConnectionLost(1, null);
    child.processExited();
  }

  // ---- connections and servers ------------------------------------------------------------------

  // CPython: test_events.EventLoopTestsMixin.test_create_connection_local_addr_in_use
  @Test
  void localAddressInUse_isAnErrorThatNamesIt() throws Exception {
    run(() -> {
      try (var server = Transports.createServer(Recorder::new, HOST, 0)) {
        var address = Loopback.at(Loopback.port(server));
        assertThatThrownBy(() ->
                Transports.createConnection(
                    Recorder::new,
                    HOST,
                    address.getPort(),
                    ConnectOptions.defaults().localAddress(address)))
            .isInstanceOf(BindException.class)
            .hasMessageContaining(String.valueOf(address.getPort()));
      }
    });
  }

  // CPython: test_events.TestServer.test_get_loop
  @Test
  void server_knowsItsLoop() throws Exception {
    run(() -> {
      var server = Transports.createServer(Recorder::new, HOST, 0);
      assertThat(server.getLoop()).isSameAs(getRunningLoop());
      server.close();
      server.waitClosed();
    });
  }

  // CPython: test_server.SelectorStartServerTests.test_start_unix_server_1
  @Test
  void unixServer_servesUntilItsTaskIsCancelled(@TempDir Path folder) throws Exception {
    var path = folder.resolve("socket");
    run(() -> {
      var serving = new AtomicReference<jasyncio.Task<?>>();
      var server =
          Streams.startUnixServer(
              (reader, writer) -> {
                reader.readline();
                serving.get().cancel();
                writer.write("1", UTF_8);
                writer.close();
                writer.waitClosed();
              },
              path,
              ServerOptions.defaults().startServing(false));
      assertThat(server.isServing()).isFalse();
      server.startServing();
      assertThat(server.isServing()).isTrue();
      serving.set(createTask(server::serveForever));
      var client = Streams.openUnixConnection(path);
      client.writer().write("1".repeat(5000) + "\n", UTF_8);
      assertThat(client.reader().read()).isEqualTo(bytes("1"));
      client.writer().close();
      assertThatThrownBy(() -> serving.get().await()).isInstanceOf(CancelledError.class);
      assertThat(server.sockets()).isEmpty();
      assertThat(server.isServing()).isFalse();
      assertThatThrownBy(server::serveForever)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is closed");
    });
  }

  // CPython: test_server.TestServer2.test_wait_closed_race
  @Test
  void waitClosed_whileServerAndClientClose_ends() throws Exception {
    run(() -> {
      var server =
          Streams.startServer(
              (reader, writer) -> {
                try {
                  reader.read();
                } finally {
                  writer.close();
                  writer.waitClosed();
                }
              },
              HOST,
              0);
      var task = createTask(server::waitClosed);
      sleep(0);
      assertThat(task.done()).isFalse();
      var client = Streams.openConnection(HOST, Loopback.port(server));
      getRunningLoop().callSoon(server::close);
      getRunningLoop().callSoon(client.writer()::close);
      server.waitClosed();
      await(task);
    });
  }

  private static ServerSocketChannel boundAt(Path path) throws IOException {
    var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(path));
    return channel;
  }

  // CPython: test_server.UnixServerCleanupTests.test_unix_server_sock_cleanup
  @Test
  void unixServer_ofAGivenChannel_removesItsPath(@TempDir Path folder) throws Exception {
    var path = folder.resolve("socket");
    run(() -> {
      var server = Transports.createServer(Recorder::new, boundAt(path), ServerOptions.defaults());
      assertThat(path).exists();
      server.close();
      assertThat(path).doesNotExist();
    });
  }

  // CPython: test_server.UnixServerCleanupTests.test_unix_server_cleanup_gone, …_replaced
  @Test
  void unixServer_leavesWhatIsNotItsOwn(@TempDir Path folder) throws Exception {
    var path = folder.resolve("socket");
    run(() -> {
      var gone = Transports.createUnixServer(Recorder::new, path);
      Files.delete(path);
      gone.close();
      var replaced = Transports.createUnixServer(Recorder::new, path);
      Files.delete(path);
      try (var _ = boundAt(path)) {
        replaced.close();
        assertThat(path).exists();
      }
    });
  }

  // CPython: test_server.UnixServerCleanupTests.test_unix_server_cleanup_prevented
  @Test
  void unixServer_keepsItsPathIfItIsTold(@TempDir Path folder) throws Exception {
    var path = folder.resolve("socket");
    run(() -> {
      var server =
          Streams.startUnixServer(
              (reader, writer) -> {}, path, ServerOptions.defaults().cleanUpSocket(false));
      server.close();
      assertThat(path).exists();
    });
  }

  // CPython: test_unix_events.UnixReadPipeTransportTests.test_pause_reading_on_closed_pipe,
  // test_resume_reading_on_closed_pipe, test_close, test_close_already_closing
  @Test
  void pipe_pausedAfterClose_staysClosed() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      var lost = getRunningLoop().<Boolean>createFuture();
      var transport =
          Pipes.connectReadPipe(
                  () ->
                      new Protocol() {
                        @Override
                        public void connectionLost(Throwable exception) {
                          lost.setResult(exception == null);
                        }
                      },
                  pipe.source())
              .transport();
      transport.close();
      transport.close();
      assertThat(transport.isClosing()).isTrue();
      transport.pauseReading();
      transport.resumeReading();
      assertThat(transport.isReading()).isFalse();
      assertThat(await(lost)).isTrue();
      pipe.sink().close();
    });
  }

  // CPython: test_unix_events.UnixWritePipeTransportTests.test_can_write_eof, test_write_no_data,
  //     test_write_eof, test_close_closing
  @Test
  void pipe_writtenTo_endsAtOnceIfNothingIsBuffered() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      var writing = Pipes.connectWritePipe(Recorder::new, pipe.sink());
      var transport = writing.transport();
      assertThat(transport.canWriteEof()).isTrue();
      transport.write(new byte[0]);
      assertThat(transport.getWriteBufferSize()).isZero();
      transport.writeEof();
      assertThat(transport.isClosing()).isTrue();
      transport.writeEof();
      transport.close();
      assertThat(await(writing.protocol().lost)).isNull();
      assertThat(writing.protocol().calls).containsExactly("made", "lost");
      pipe.source().close();
    });
  }

  // CPython: test_unix_events.UnixWritePipeTransportTests.test_write_eof_pending
  @Test
  void pipe_writtenTo_endsBehindWhatIsBuffered() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      var writing = Pipes.connectWritePipe(Recorder::new, pipe.sink());
      writing.transport().write(new byte[1 << 20]);
      assertThat(writing.transport().getWriteBufferSize()).isPositive();
      writing.transport().writeEof();
      assertThat(writing.transport().isClosing()).isTrue();
      var reading = Pipes.connectReadPipe(Recorder::new, pipe.source());
      assertThat(await(reading.protocol().lost)).isNull();
      assertThat(await(writing.protocol().lost)).isNull();
      assertThat(reading.protocol().received()).hasSize(1 << 20);
    });
  }

  // CPython: test_base_events.BaseEventLoopWithSelectorTests
  //     .test_create_datagram_endpoint_no_addrinfo
  @Test
  void datagrams_ofAHostThatIsUnknown_areAnError() {
    run(() ->
        assertThatThrownBy(() -> Datagrams.bind("no-such-host.invalid", 0))
            .isInstanceOf(UnknownHostException.class));
  }
}
