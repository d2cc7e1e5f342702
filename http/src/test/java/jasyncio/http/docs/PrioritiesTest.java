package jasyncio.http.docs;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.http.Handler;
import jasyncio.testing.AsyncTest;

class PrioritiesTest {
  @AsyncTest
  void fields_areRead_withDefaults() throws Exception {
    Handler handler = Priorities::tell;
    var rq = handler.test().get("/");
    assertThat(rq.send().text()).isEqualTo("3 false []");
    rq = rq.header("Priority", "u=1, i").header("Accept-Query", "\"a/b\", sql;charset=\"utf-8\"");
    assertThat(rq.send().text()).isEqualTo("1 true [a/b, sql in utf-8]");
    rq.header("Accept-Query", "()").send().expect(400);
    assertThat(rq.header("Priority", "u=").send().expect(400).text())
        .contains(
            "The header Priority cannot be read: a structured field has its end where a value is"
                + " expected, at character 2.");
  }
}
