package jasyncio.recipes.s3;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.CancelledError;
import jasyncio.http.Http;
import jasyncio.http.HttpServer;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.Router;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import jasyncio.sync.Event;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/// What stands in for S3 is a server of jasyncio's on the very loop whose tasks ask it: so nobody
/// would get an answer from a loop that is held up.
@Recipe(
    name = "S3: AWS SDK",
    program = Reports.class,
    libraries = S3Client.class,
    notes = "a stub in place of S3; clients of HTTP by `HttpURLConnection`")
class ReportsTest {
  /// Keeps what it gets; who asks for what is not there waits until it is.
  private static final class Storage {
    private final Map<String, String> objects = new HashMap<>();
    private int gets;
    private final Event asked = new Event();
    private final Event changed = new Event();

    Router router() {
      return new Router().put("/reports/{name}", this::put).get("/reports/{name}", this::get);
    }

    private Response put(Request rq) throws Exception {
      objects.put(rq.path("name"), rq.text());
      changed.set();
      return Response.empty(200).header("ETag", "\"1\"");
    }

    private Response get(Request rq) {
      gets++;
      asked.set();
      while (!objects.containsKey(rq.path("name"))) {
        changed.clear();
        changed.await();
      }
      return Response.text(objects.get(rq.path("name"))).header("ETag", "\"1\"");
    }
  }

  private static S3Client client(HttpServer server) {
    return Reports.client(URI.create("http://127.0.0.1:" + server.port()));
  }

  @Test
  void main_printsTheReport() throws Exception {
    var lines = new ArrayList<String>();
    run(() -> {
      try (var server = Http.start(new Storage().router(), "127.0.0.1", 0)) {
        var url = "http://127.0.0.1:" + server.port();
        lines.addAll(toThread(() -> Output.of(() -> Reports.main(new String[] {url}))));
      }
    });
    assertThat(lines).containsExactly("It snowed.");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void get_waitsForTheServer_othersRun(Mode mode) throws Exception {
    mode.run(() -> {
      var storage = new Storage();
      try (var server = Http.start(storage.router(), "127.0.0.1", 0);
          var s3 = client(server)) {
        var reports = new Reports(s3);
        var got = createTask(() -> mode.call(() -> reports.get("may")));
        storage.asked.await();
        mode.call(() -> reports.put("may", "It rained."));
        assertThat(await(got)).isEqualTo("It rained.");
      }
    });
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value = "`BLOCK`: the request goes on; `SWITCH`: it is given up, and not tried again")
  void get_cancelledWhileItWaits_endsAtOnce(Mode mode) throws Exception {
    mode.run(() -> {
      var storage = new Storage();
      try (var server = Http.start(storage.router(), "127.0.0.1", 0);
          var s3 = client(server)) {
        var reports = new Reports(s3);
        var got = createTask(() -> mode.call(() -> reports.get("may")));
        storage.asked.await();
        got.cancel();
        assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(got));
        mode.call(() -> reports.put("may", "It rained."));
        assertThat(mode.call(() -> reports.get("may"))).isEqualTo("It rained.");
        assertThat(storage.gets).isEqualTo(2);
      }
    });
  }
}
