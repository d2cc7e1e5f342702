package jasyncio.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Which handler gets a request; by the client that needs no socket.
class RouterTest {
  private static Handler say(String text) {
    return rq -> Response.text(text);
  }

  private final Router app =
      new Router()
          .get("/", say("root"))
          .get("/notes", say("notes"))
          .post("/notes", say("new note"))
          .get("/notes/{id}", rq -> Response.text("note " + rq.path("id")))
          .delete("/notes/{id}", rq -> Response.text("no note " + rq.path("id")))
          .get("/notes/first", say("the first note"))
          .get("/notes/{id}/pages/{page}", rq -> Response.text(rq.path("id") + rq.path("page")))
          .get("/files/{path…}", rq -> Response.text("file " + rq.path("path")))
          .get("/files/{name}/size", rq -> Response.text("size of " + rq.path("name")));

  private String ask(String method, String target) throws Exception {
    var response = app.test().request(method, target).send();
    return response.status() == 200 ? response.text() : "" + response.status();
  }

  @AsyncTest
  void path_leadsToItsHandler() throws Exception {
    assertThat(ask("GET", "/")).isEqualTo("root");
    assertThat(ask("GET", "/notes?full=1")).isEqualTo("notes");
    assertThat(ask("POST", "/notes")).isEqualTo("new note");
    assertThat(ask("GET", "/%6eotes")).isEqualTo("notes");
  }

  @AsyncTest
  void path_thatNobodyHas_is404() throws Exception {
    for (var path :
        new String[] {"/note", "/notes/", "//notes", "/Notes", "/notes/1/", "/notes/1/pages"}) {
      assertThat(ask("GET", path)).as(path).isEqualTo("404");
    }
  }

  @AsyncTest
  void parts_areGivenDecoded() throws Exception {
    assertThat(ask("GET", "/notes/a%20b%2Fc+%C3%A9")).isEqualTo("note a b/c+é");
    assertThat(ask("GET", "/notes/1/pages/2")).isEqualTo("12");
  }

  @AsyncTest
  void rest_isGivenAsAWhole() throws Exception {
    assertThat(ask("GET", "/files/a/b%20c")).isEqualTo("file a/b c");
    assertThat(ask("GET", "/files/")).isEqualTo("file ");
    assertThat(ask("GET", "/files")).isEqualTo("404");
  }

  @AsyncTest
  void moreExactPattern_isPreferred() throws Exception {
    assertThat(ask("GET", "/notes/first")).isEqualTo("the first note");
    assertThat(ask("GET", "/files/x/size")).isEqualTo("size of x");
    assertThat(ask("GET", "/files/x/other")).isEqualTo("file x/other");
    assertThat(ask("DELETE", "/notes/first")).isEqualTo("no note first");
  }

  @AsyncTest
  void escape_thatIsWrong_is400() throws Exception {
    for (var path :
        new String[] {"/notes/%", "/notes/%2", "/notes/%zz", "/notes/%00", "/notes/%ff"}) {
      assertThat(ask("GET", path)).as(path).isEqualTo("400");
    }
  }

  @AsyncTest
  void otherMethod_is405_andSaysWhich() throws Exception {
    var response = app.test().put("/notes").send().expect(405);
    assertThat(response.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, POST");
    assertThat(app.test().request("PUT", "/notes/first").send().header("Allow"))
        .isEqualTo("DELETE, GET, HEAD, OPTIONS");
  }

  @AsyncTest
  void options_isAnsweredWithTheMethods() throws Exception {
    var response = app.test().request("OPTIONS", "/notes/7").send().expect(204);
    assertThat(response.header("Allow")).isEqualTo("DELETE, GET, HEAD, OPTIONS");
    app.test().request("OPTIONS", "*").send().expect(204);
  }

  @AsyncTest
  void head_goesToGet_unlessItHasItsOwn() throws Exception {
    app.test().request("HEAD", "/notes").send().expect(200);
    app.route("HEAD", "/notes", rq -> Response.empty(204));
    app.test().request("HEAD", "/notes").send().expect(204);
  }

  @AsyncTest
  void mount_givesAwayWhatIsBelow() throws Exception {
    var inner =
        new Router()
            .get("/", say("inner"))
            .get("/{x}", rq -> Response.text(rq.path("x") + rq.path()));
    app.mount("/api", inner).mount("/api/deeper", new Router().mount("/still", inner));
    assertThat(ask("GET", "/api")).isEqualTo("inner");
    assertThat(ask("GET", "/api/")).isEqualTo("inner");
    assertThat(ask("GET", "/api/7")).isEqualTo("7/api/7");
    assertThat(ask("GET", "/apis")).isEqualTo("404");
    assertThat(ask("GET", "/api/deeper/still/8")).isEqualTo("8/api/deeper/still/8");
  }

  @AsyncTest
  void middleware_isAroundAllOfIt_theFirstOutermost() throws Exception {
    app.with(
        (rq, next) -> next.handle(rq).addHeader("X", "outer"),
        (rq, next) -> next.handle(rq).addHeader("X", "inner"));
    assertThat(app.test().get("/nothing").send().expect(404).headers().all("X"))
        .containsExactly("inner", "outer");
  }

  @AsyncTest
  void middleware_mayAnswerByItself_andCatch() throws Exception {
    app.get(
            "/broken",
            rq -> {
              throw new IllegalStateException("broken");
            })
        .with((rq, next) -> {
          if (rq.header("Secret") == null) {
            return Response.empty(401);
          }
          try {
            return next.handle(rq);
          } catch (IllegalStateException e) {
            return Response.text(503, "later");
          }
        });
    app.test().get("/").send().expect(401);
    app.test().get("/").header("Secret", "x").send().expect(200);
    app.test().get("/broken").header("Secret", "x").send().expect(503);
  }

  @Test
  void route_thatMakesNoSense_isRefused() {
    for (var path :
        new String[] {
          "notes", "/notes", "/a{b}", "/{}", "/{a}/{a}", "/{a…}/b", "/notes/{other}", "/{a"
        }) {
      assertThatThrownBy(() -> app.get(path, say("")))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> app.mount("/api/", say("")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @AsyncTest
  void partWithoutAName_isAMistakeOfTheHandler() throws Exception {
    app.with((rq, next) -> {
      try {
        return next.handle(rq);
      } catch (IllegalArgumentException e) {
        return Response.text(String.valueOf(e.getMessage()));
      }
    });
    app.get("/x/{y}", rq -> Response.text(rq.path("z")));
    assertThat(ask("GET", "/x/1")).contains("names no part of its path 'z'; it names [y]");
  }

  @AsyncTest
  void mount_isComparedDecoded_partByPart() throws Exception {
    var inner =
        new Router()
            .get("/", say("inner"))
            .get("/{x}", rq -> Response.text(rq.path("x")))
            .get("/files/{path…}", rq -> Response.text(rq.path("path")));
    app.mount("/api", inner).mount("/a b/é", inner).mount("/a/b", say("divided"));
    assertThat(ask("GET", "/%61pi/7")).isEqualTo("7");
    assertThat(ask("GET", "/%61pi")).isEqualTo("inner");
    assertThat(ask("GET", "/a%20b/%C3%A9/x%2Fy")).isEqualTo("x/y");
    assertThat(ask("GET", "/a%20b/%c3%a9/files/x%20y/z")).isEqualTo("x y/z");
    assertThat(ask("GET", "/a%2Fb")).isEqualTo("404");
    assertThat(ask("GET", "/a%20b")).isEqualTo("404");
    assertThat(ask("GET", "/%61/b")).isEqualTo("divided");
    assertThat(ask("GET", "/api%2F7")).isEqualTo("404");
    assertThat(ask("GET", "/api%zz")).isEqualTo("400");
  }

  @Test
  void whatCanNeverFit_isAnErrorWhereItIsWritten() {
    Handler handler = rq -> Response.empty(204);
    var router = new Router();
    assertThatThrownBy(() -> router.get("/a/:id/b", handler))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("in '/a/:id/b' a part with a name is written in braces: '/a/{id}/b'");
    router.get("/a:id/b:", handler);
    assertThatThrownBy(() -> router.get(null, handler)).hasMessage("path");
    for (var path : List.of("/a?b", "/{a}?b={b}")) {
      assertThatThrownBy(() -> router.get(path, handler))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a route is a path without a query")
          .hasMessageContaining("rq.query(name)");
      assertThatThrownBy(() -> router.webSocket(path, ws -> {}))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> router.mount("/a?b", handler))
        .isInstanceOf(IllegalArgumentException.class);
    for (var missing : new Path[] {Path.of("not", "there"), Path.of("pom.xml")}) {
      assertThatThrownBy(() -> router.files("/files", missing))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(missing.toAbsolutePath().toString());
    }
    router.get("/files", handler); // which is still free
  }

  @Test
  @SuppressWarnings("NullAway") // as programs without it do
  void handlerThatIsNull_isAnErrorWhereItIsWritten() {
    var router = new Router();
    for (var nothing :
        List.<ThrowingCallable>of(
            () -> router.get("/", null),
            () -> router.sse("/", null),
            () -> router.webSocket("/", null),
            () -> router.mount("/m", null),
            () -> router.with((Middleware) null))) {
      assertThatThrownBy(nothing).isInstanceOf(NullPointerException.class);
    }
    router.get("/", rq -> Response.empty(204)); // which is still free
  }
}
