package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.ContextVar;
import jasyncio.ErrorContext;
import jasyncio.net.StreamReader;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;

/// Requests and responses on real sockets.
@SuppressWarnings("StringConcatToTextBlock") // which has no carriage returns
class HttpServerTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String LAST = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

  private static HttpServer start(Handler handler) throws IOException {
    return Http.start(handler, "127.0.0.1", 0);
  }

  @AsyncTest
  void request_getsTheResponse() throws Exception {
    try (var server = start(rq -> Response.text("Hello"))) {
      assertThat(RawClient.ask(server, LAST))
          .isEqualTo(
              """
              HTTP/1.1 200 OK
              Content-Type: text/plain; charset=utf-8
              Content-Length: 5
              Connection: close

              Hello\
              """);
    }
  }

  @AsyncTest
  void response_hasTheDate() throws Exception {
    try (var server = start(rq -> Response.empty(204));
        var client = new RawClient(server).send(GET)) {
      assertThat(client.readHead())
          .matches(
              "(?s)HTTP/1.1 204 No Content\r\n"
                  + "Date: \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r\n\r\n");
    }
  }

  @AsyncTest
  void connection_isKept_forTheNextRequest() throws Exception {
    var count = new int[1];
    try (var server = start(rq -> Response.text("" + ++count[0]));
        var client = new RawClient(server)) {
      assertThat(client.send(GET).readResponse()).endsWith("\n\n1");
      assertThat(client.send(GET).readResponse()).endsWith("\n\n2");
      assertThat(client.send(LAST).readAll()).endsWith("\n\n3");
      assertThat(server.statistics().requests()).isEqualTo(3);
    }
  }

  @AsyncTest
  void requestsInOnePiece_areAnsweredInOrder() throws Exception {
    try (var server =
            start(rq -> {
              if (rq.path().equals("/slow")) {
                sleep(1);
              }
              return Response.text(rq.path());
            });
        var client = new RawClient(server)) {
      client.send(
          "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
              + "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(client.readResponse()).endsWith("/slow");
      assertThat(client.readResponse()).endsWith("/b");
      assertThat(client.readAll()).endsWith("/c");
    }
  }

  @AsyncTest
  void manyRequestsInOnePiece_areAllAnswered() throws Exception {
    try (var server =
            start(rq -> {
              sleep(0);
              return Response.text("[" + rq.query("n") + "]");
            });
        var client = new RawClient(server)) {
      var requests = new StringBuilder();
      var expected = new StringBuilder();
      for (int i = 0; i < 500; i++) {
        requests.append("GET /?n=%d HTTP/1.1\r\nHost: x\r\n\r\n".formatted(i));
        expected.append("[").append(i).append("]");
      }
      var sending = createTask(() -> client.send(requests + LAST));
      assertThat(client.readAll().replaceAll("(?s)HTTP.*?\n\n", "")).isEqualTo(expected + "[null]");
      sending.await();
    }
  }

  @AsyncTest
  void contextOfOneRequest_isNotSeenByTheNext() throws Exception {
    var user = ContextVar.of("user", "nobody");
    try (var server =
            start(rq -> {
              var before = user.get();
              user.set(rq.path());
              return Response.text(before);
            });
        var client = new RawClient(server)) {
      client.send(GET + GET);
      assertThat(client.readResponse()).endsWith("nobody");
      assertThat(client.readResponse()).endsWith("nobody");
    }
  }

  @AsyncTest
  void head_hasTheLength_andNoBody() throws Exception {
    try (var server = start(rq -> Response.text("Hello"));
        var client = new RawClient(server)) {
      client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.readHead()).contains("Content-Length: 5\r\n");
      assertThat(client.send(LAST).readAll()).startsWith("HTTP/1.1 200 OK\n");
    }
  }

  @AsyncTest
  void oldClient_isAnsweredAndLeft() throws Exception {
    try (var server = start(rq -> Response.text("Hello"))) {
      assertThat(RawClient.ask(server, "GET / HTTP/1.0\r\n\r\n"))
          .startsWith("HTTP/1.1 200 OK\n")
          .contains("Connection: close\n")
          .endsWith("\n\nHello");
    }
  }

  @AsyncTest
  void oldClient_thatWantsToStay_isKept() throws Exception {
    try (var server = start(rq -> Response.text("Hello"));
        var client = new RawClient(server)) {
      var request = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
      assertThat(client.send(request).readResponse()).contains("Connection: keep-alive\n");
      assertThat(client.send(request).readResponse()).endsWith("Hello");
    }
  }

  // ---- bodies of requests -----------------------------------------------------------------------

  @AsyncTest
  void body_isRead() throws Exception {
    try (var server = start(rq -> Response.text("<" + rq.text() + ">"));
        var client = new RawClient(server)) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
      client.send("cde");
      assertThat(client.readResponse()).endsWith("<abcde>");
      client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      client.send("2;x=\"y\"\r\nde\r\n0\r\n\r\n");
      assertThat(client.readResponse()).endsWith("<abcde>");
    }
  }

  @AsyncTest
  void trailers_areSeenBehindTheBody() throws Exception {
    try (var server = start(rq -> Response.text(rq.text() + rq.trailers().get("checksum")));
        var client = new RawClient(server)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n0\r\nChecksum: 7\r\n\r\n");
      assertThat(client.readResponse()).endsWith("abc7");
    }
  }

  @AsyncTest
  void bodyThatNobodyReads_isDropped() throws Exception {
    try (var server = start(rq -> Response.text("no"));
        var client = new RawClient(server)) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n");
      assertThat(client.readResponse()).endsWith("no");
      client.send("x".repeat(200_000) + LAST);
      assertThat(client.readAll()).endsWith("no");
    }
  }

  @AsyncTest
  void bodyAsStream_isReadAsItComes_andNoFaster() throws Exception {
    var go = new Event();
    var read = new ArrayList<Integer>();
    try (var server =
            RawClient.server(
                rq -> {
                  var body = rq.bodyLimit(100_000_000).body();
                  go.await();
                  int n = 0;
                  while (!body.atEof()) {
                    n += body.read(100_000).length;
                  }
                  read.add(n);
                  return Response.text("done");
                },
                HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      int length = 20_000_000;
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
      var sending =
          createTask(() -> {
            for (int i = 0; i < 200; i++) {
              client.send("x".repeat(length / 200));
            }
          });
      sleep(20);
      assertThat(sending.done()).as("the server reads no more than it is asked for").isFalse();
      go.set();
      sending.await();
      assertThat(client.readResponse()).endsWith("done");
      assertThat(read).containsExactly(length);
    }
  }

  @AsyncTest
  void clientThatWaits_isAskedForTheBody_whenItIsRead() throws Exception {
    try (var server =
            start(rq -> Response.text(rq.path().equals("/read") ? rq.text() : "not read"));
        var client = new RawClient(server)) {
      var head = " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
      client.send("POST /read" + head);
      assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(client.send("abc").readResponse()).endsWith("abc");
      assertThat(client.send("POST /unread" + head).readAll())
          .startsWith("HTTP/1.1 200 OK\n")
          .contains("Connection: close\n");
    }
  }

  @AsyncTest
  void clientThatWaits_cannotBeAskedForTheBody_onceTheResponseHasBegun() throws Exception {
    var errors = new ArrayList<String>();
    getRunningLoop()
        .setExceptionHandler((_, context) -> errors.add(context.exception().getMessage()));
    Handler late =
        rq ->
            Response.stream(out -> {
              out.flush();
              out.writeAll(rq.body());
            });
    var head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    try (var server = RawClient.server(late, HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(head).readAll()).endsWith("\n\n"); // without the last chunk
    }
    assertThat(errors).hasSize(1).first().asString().contains("call body() before");
  }

  // ---- bodies of responses ----------------------------------------------------------------------

  @AsyncTest
  void streamedBody_comesInChunks_withTrailers() throws Exception {
    try (var server =
        start(rq ->
            Response.stream(
                    out -> {
                      out.write("abc");
                      out.flush();
                      out.write("de");
                      out.trailer("Checksum", "7");
                    })
                .type("text/plain"))) {
      assertThat(RawClient.ask(server, LAST))
          .isEqualTo(
              """
              HTTP/1.1 200 OK
              Content-Type: text/plain
              Transfer-Encoding: chunked
              Connection: close

              3
              abc
              2
              de
              0
              Checksum: 7

              """);
    }
  }

  @AsyncTest
  void streamedBody_ofKnownLength_isNotChunked() throws Exception {
    try (var server = start(rq -> Response.stream(3, out -> out.write("abc")))) {
      assertThat(RawClient.ask(server, LAST))
          .contains("Content-Length: 3\n")
          .doesNotContain("chunked")
          .endsWith("\n\nabc");
    }
  }

  @AsyncTest
  void streamedBody_toAnOldClient_endsWithTheConnection() throws Exception {
    try (var server = start(rq -> Response.stream(out -> out.write("abc")))) {
      assertThat(RawClient.ask(server, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
          .contains("Connection: close\n")
          .doesNotContain("chunked")
          .endsWith("\n\nabc");
    }
  }

  @AsyncTest
  void headOfAStreamedBody_isSent_beforeTheBody_afterAWhile() throws Exception {
    var go = new Event();
    try (var server =
            start(rq ->
                Response.stream(out -> {
                  go.await();
                  out.write("x");
                }));
        var client = new RawClient(server).send(LAST)) {
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK\r\n");
      go.set();
      assertThat(client.readAll()).isEqualTo("1\nx\n0\n\n");
    }
  }

  @AsyncTest
  void writer_waits_whileTheClientIsSlow() throws Exception {
    var written = new int[1];
    var block = new byte[1_000_000];
    try (var server =
            RawClient.server(
                rq ->
                    Response.stream(out -> {
                      for (int i = 0; i < 50; i++) {
                        out.write(block);
                        written[0]++;
                      }
                    }),
                HttpOptions.defaults());
        var client = RawClient.inMemory(server).send(LAST)) {
      client.readHead();
      sleep(30);
      assertThat(written[0]).isLessThan(50);
      assertThat(client.readAll().length()).isGreaterThan(50_000_000);
      assertThat(written[0]).isEqualTo(50);
    }
  }

  @AsyncTest
  void largeBody_comesWhole() throws Exception {
    var bytes = new byte[3_000_000];
    try (var server = start(rq -> Response.bytes(bytes));
        var client = new RawClient(server).send(GET + GET)) {
      assertThat(client.readResponse()).hasSizeGreaterThan(3_000_000);
      assertThat(client.readResponse()).hasSizeGreaterThan(3_000_000);
    }
  }

  @AsyncTest
  void bodies_inBothDirections_goTogether() throws Exception {
    Handler echo =
        rq -> {
          var body = rq.body();
          return Response.stream(out -> {
            while (!body.atEof()) {
              out.write(body.read(100));
              out.flush();
            }
            sleep(1); // the next request has come by then
            out.write("end");
          });
        };
    try (var server = RawClient.server(echo, HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK\r\n");
      assertThat(client.read(7)).isEqualTo("2\r\nab\r\n");
      client.send("cd" + LAST);
      assertThat(client.readAll())
          .startsWith("2\ncd\n3\nend\n0\n\nHTTP/1.1 200 OK\n")
          .endsWith("\n\n3\nend\n0\n\n");
    }
  }

  @AsyncTest
  void clientThatAsksAndDoesNotRead_isNotAskedForMore() throws Exception {
    var answered = new int[1];
    var bytes = new byte[10_000];
    Handler handler =
        rq -> {
          answered[0]++;
          return Response.bytes(bytes);
        };
    try (var server = RawClient.server(handler, HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      var sending =
          createTask(() -> {
            for (int i = 0; i < 10_000; i++) {
              client.send(GET);
            }
          });
      sleep(10);
      assertThat(answered[0]).isLessThan(100);
      for (int i = 0; i < 10_000; i++) {
        client.readResponse();
      }
      sending.await();
    }
  }

  // ---- after the response -----------------------------------------------------------------------

  @AsyncTest
  void afterResponse_runsWhenTheClientHasTheResponse() throws Exception {
    var steps = new ArrayList<String>();
    var go = new Event();
    try (var server =
        start(rq -> {
          rq.afterResponse(() -> {
            go.await();
            steps.add("after");
          });
          return Response.text("now");
        })) {
      assertThat(RawClient.ask(server, LAST)).endsWith("now");
      steps.add("response");
      go.set();
    }
    assertThat(steps).containsExactly("response", "after");
  }

  @AsyncTest
  void readerOfTheBody_isTheSameAtEveryCall() throws Exception {
    var readers = new ArrayList<StreamReader>();
    try (var server =
            start(rq -> {
              readers.addAll(List.of(rq.body(), rq.body()));
              return Response.text(new String(rq.body().read(), UTF_8));
            });
        var client = new RawClient(server)) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
      assertThat(client.readResponse()).endsWith("abc");
      assertThat(readers.get(0)).isSameAs(readers.get(1));
    }
  }

  @AsyncTest
  void bodyThatWasReadAsAStream_isNotReadOnceMore_butSaysSo() throws Exception {
    Handler app =
        rq -> {
          rq.body().read(1);
          assertThatThrownBy(rq::text)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("the body has been read already");
          assertThatThrownBy(rq::multipart).hasMessageContaining("by body()");
          return Response.text("rest: " + new String(rq.body().read(), UTF_8));
        };
    var response =
        app.test().post("/").body("multipart/form-data; boundary=x", new byte[] {'a', 'b'}).send();
    assertThat(response.expect(200).text()).isEqualTo("rest: b");
  }

  @AsyncTest
  void bodyThatWasReadAsAWhole_isThereOnceMore() throws Exception {
    Handler app =
        rq ->
            Response.text(
                rq.text() + new String(rq.body().read(), UTF_8) + rq.text() + rq.bytes().length);
    assertThat(app.test().post("/").text("abc").send().text()).isEqualTo("abcabcabc3");
    assertThat(app.test().post("/").send().text()).isEqualTo("0");
  }

  @AsyncTest
  void longBodyThatNobodyReads_doesNotStopTheNextRequest() throws Exception {
    for (int length : new int[] {70_000, 200_000}) {
      var server =
          RawClient.server(
              rq -> {
                if (rq.path().equals("/stream")) {
                  rq.body(); // which has more than it takes in
                }
                sleep(1); // all of it has come
                return Response.text("answered");
              },
              HttpOptions.defaults());
      for (var path : List.of("/", "/stream")) {
        try (var client = RawClient.inMemory(server)) {
          client.send(
              "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
          client.send("a".repeat(length));
          assertThat(client.readResponse()).endsWith("answered");
          assertThat(client.send(GET).readResponse()).endsWith("answered");
        }
      }
      server.close();
    }
  }

  @AsyncTest
  void writer_takesNothing_onceTheBodyHasEnded() throws Exception {
    var writers = new ArrayList<BodyWriter>();
    try (var server =
            RawClient.server(
                rq ->
                    Response.stream(
                        3,
                        out -> {
                          writers.add(out);
                          out.write("abc");
                        }),
                HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET).readResponse()).endsWith("abc");
      var late = writers.getFirst();
      assertThatThrownBy(() -> late.write("def")).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(late::flush).isInstanceOf(IllegalStateException.class);
      assertThat(client.send(LAST).readAll()).startsWith("HTTP/1.1 200 OK\n").endsWith("\n\nabc");
    }
  }

  @AsyncTest
  void bodyThatIsReadAfterTheResponse_andHadNotCome_fails() throws Exception {
    var outcomes = new ArrayList<String>();
    try (var server =
            RawClient.server(
                rq -> {
                  rq.afterResponse(() -> {
                    try {
                      outcomes.add(rq.text());
                    } catch (IOException e) {
                      outcomes.add(String.valueOf(e.getMessage()));
                    }
                  });
                  return Response.text("early");
                },
                HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
      assertThat(client.readResponse()).endsWith("early");
      client.send("def");
      assertThat(client.send(LAST).readAll()).endsWith("early");
    }
    assertThat(outcomes)
        .containsExactly("the request was answered before all of its body had come", "");
  }

  @AsyncTest
  void connections_areForgotten_alsoIfTasksBeginAtOnce() throws Exception {
    var server = RawClient.server(rq -> Response.text("Hello"), HttpOptions.defaults());
    getRunningLoop().setTaskFactory(Asyncio.eagerTaskFactory());
    try (server) {
      try (var client = RawClient.inMemory(server)) {
        assertThat(client.send(GET + LAST).readAll()).endsWith("\n\nHello");
      }
      sleep(1);
      assertThat(server.statistics()).isEqualTo(new HttpServer.Statistics(0, 2));
    } finally {
      getRunningLoop().setTaskFactory(null);
    }
  }

  @AsyncTest
  void clientThatEndsInTheMiddleOfABody_isNoErrorOfTheProgram() throws Exception {
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    var seen = new ArrayList<String>();
    Handler handler =
        rq -> {
          try {
            return Response.text(rq.text());
          } catch (IOException e) {
            seen.add(e.getMessage());
            throw e;
          }
        };
    try (var server = RawClient.server(handler, HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
      client.end();
      assertThat(client.readAll()).startsWith("HTTP/1.1 400 ");
    }
    assertThat(seen).containsExactly("the client has gone before all of the body had come");
    assertThat(errors).isEmpty();
  }

  /// What a client does with a real socket, so that it can be reset while the handler runs.
  private static void reset(SocketChannel client) throws IOException {
    client.setOption(StandardSocketOptions.SO_LINGER, 0);
    client.close();
  }

  @OnEachRuntime
  void clientThatResets_justBeforeAFileIsSent_isNoErrorOfTheProgram() throws Exception {
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    var ended = new ArrayList<Event>(List.of(new Event(), new Event()));
    var clients = new ArrayList<SocketChannel>();
    var file =
        toThread(() -> Files.write(Files.createTempFile("reset", ".file"), new byte[1_000_000]));
    try (var channel = toThread(() -> FileChannel.open(file));
        var server =
            start(rq ->
                Response.stream(
                        1_000_000,
                        out -> {
                          try {
                            if (rq.path().equals("/0")) {
                              out.flush(); // the head has gone, so that it is the file that fails
                            }
                            reset(clients.getLast());
                            out.writeFile(channel, 0, 1_000_000);
                          } finally {
                            ended.get(rq.path().charAt(1) - '0').set();
                          }
                        })
                    .type("a/b"))) {
      for (int i = 0; i < 2; i++) {
        var head = "GET /" + i + " HTTP/1.1\r\nHost: x\r\n\r\n";
        var address = server.address();
        var client = toThread(() -> SocketChannel.open(address));
        clients.add(client);
        toThread(() -> client.write(ByteBuffer.wrap(head.getBytes(UTF_8))));
        ended.get(i).await();
      }
    } finally {
      toThread(() -> Files.delete(file));
    }
    assertThat(errors).isEmpty();
  }

  @OnEachRuntime
  void handlerThatWrites_afterItsClientHasReset_fillsNoLog() throws Exception {
    var lines = new ArrayList<String>();
    var logger = Logger.getLogger("jasyncio");
    logger.setFilter(entry -> {
      lines.add(entry.getMessage());
      return true;
    });
    var ended = new Event();
    var clients = new ArrayList<SocketChannel>();
    try (var server =
        start(rq ->
            Response.stream(out -> {
              out.flush();
              reset(clients.getLast());
              try {
                for (int i = 0; i < 100; i++) {
                  out.write("a");
                  out.flush(); // the first finds out, and nobody has been told yet
                }
              } finally {
                ended.set();
              }
            }))) {
      var address = server.address();
      var client = toThread(() -> SocketChannel.open(address));
      clients.add(client);
      var head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
      toThread(() -> client.write(ByteBuffer.wrap(head.getBytes(UTF_8))));
      ended.await();
    } finally {
      logger.setFilter(null);
    }
    assertThat(lines).filteredOn(line -> line.contains("writing to a transport")).isEmpty();
  }

  // ---- that cannot listen -----------------------------------------------------------------------

  @AsyncTest
  void portThatIsTaken_isSaid_withWhatToDo() throws Exception {
    Handler app = rq -> Response.empty(204);
    try (var server = start(app)) {
      int port = server.port();
      assertThatThrownBy(() -> Http.start(app, "127.0.0.1", port))
          .isInstanceOf(BindException.class)
          .hasMessage(
              "port "
                  + port
                  + " of 127.0.0.1 is in use by another program, or another server of this one; end"
                  + " that, or take another port (0 takes one that is free)");
    }
  }

  @AsyncTest
  void portsAndAddresses_thatThereAreNot_areSaid() {
    Handler app = rq -> Response.empty(204);
    for (int port : new int[] {-1, 65_536}) {
      assertThatThrownBy(() -> Http.serve(app, "127.0.0.1", port))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "a port is a number from 0, which takes one that is free, to 65535, and not " + port);
    }
    assertThatThrownBy(() -> Http.serve(app, "192.0.2.1", 0)) // which is for books alone
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith("192.0.2.1 is no address of this machine; listen on 127.0.0.1");
  }
}
