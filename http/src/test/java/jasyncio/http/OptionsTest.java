package jasyncio.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.net.TlsOptions;
import jasyncio.testing.AsyncTest;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptionsTest {
  private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

  private static List<Object> defaults() {
    return List.of(HttpOptions.defaults(), ClientOptions.defaults());
  }

  private static Object value(Class<?> type) throws Exception {
    if (type == boolean.class) {
      return false;
    } else if (type == int.class) {
      return 77;
    } else if (type == long.class) {
      return 78L;
    } else if (type == Duration.class) {
      return Duration.ofSeconds(79);
    } else if (type == TlsOptions.class) {
      return TlsOptions.of(SSLContext.getDefault());
    } else if (type == AccessLog.class) {
      return AccessLog.to(line -> {});
    } else if (type == Headers.class) {
      return Headers.of("a", "b");
    } else if (type == CookieJar.class) {
      return new CookieJar();
    }
    return null; // tested where they are used
  }

  private static Map<String, Object> all(Object options) throws Exception {
    var all = new TreeMap<String, Object>();
    for (var field : options.getClass().getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        all.put(field.getName(), field.get(options));
      }
    }
    return all;
  }

  private static Stream<Method> changes(Object options) {
    return Stream.of(options.getClass().getMethods())
        .filter(method -> method.getReturnType() == options.getClass())
        .filter(method -> method.getParameterCount() == 1);
  }

  @ParameterizedTest
  @MethodSource("defaults")
  void eachMethod_changesItsOwnValue_andNoOther(Object options) throws Exception {
    for (var method : changes(options).toList()) {
      var value = value(method.getParameterTypes()[0]);
      if (value != null && all(options).containsKey(method.getName())) {
        var first = all(options);
        var changed = all(method.invoke(options, value));
        assertThat(changed.put(method.getName(), first.get(method.getName())))
            .as("%s", method)
            .isEqualTo(value);
        assertThat(changed).as("%s", method).isEqualTo(first);
      }
    }
  }

  /// That a value given last is kept when another one is.
  @Test
  void methods_keepWhatWasSaidBefore() throws Exception {
    for (var options : defaults()) {
      var all = options;
      var given = new TreeMap<String, Object>();
      for (var method : changes(options).toList()) {
        var value = value(method.getParameterTypes()[0]);
        if (value != null && all(options).containsKey(method.getName())) {
          all = method.invoke(all, value);
          given.put(method.getName(), value);
        }
      }
      assertThat(all(all)).containsAllEntriesOf(given);
      assertThat(given.keySet()).hasSizeGreaterThan(10);
    }
  }

  private static void isRefused(ThrowingCallable change, String sentence) {
    assertThatThrownBy(change).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }

  @Test
  void wrongValues_areToldWithTheValue() {
    var options = HttpOptions.defaults();
    isRefused(() -> options.headerBytes(0), "headerBytes must be positive, got 0");
    isRefused(() -> options.maxBody(-1), "maxBody must not be negative, got -1");
    isRefused(() -> options.idleTime(Duration.ZERO), "idleTime must be positive, got PT0S");
    isRefused(() -> options.grace(Duration.ofSeconds(-1)), "grace must not be negative, got PT-1S");
    var client = ClientOptions.defaults();
    isRefused(() -> client.maxConnections(0), "maxConnections must be positive, got 0");
    isRefused(() -> client.maxRedirects(-1), "maxRedirects must not be negative, got -1");
    var webSocket = WebSocketOptions.defaults();
    isRefused(() -> webSocket.maxMessage(0), "maxMessage must be positive, got 0");
  }

  /// In nanoseconds it is more than a `long` can tell.
  @AsyncTest
  void longestTimes_meanThatThereIsNoLimit() throws Exception {
    var options =
        HttpOptions.defaults().headerTime(LONGEST).idleTime(LONGEST).grace(LONGEST).signals(false);
    var asking =
        ClientOptions.defaults()
            .idleTime(LONGEST)
            .poolTimeout(LONGEST)
            .connectTimeout(LONGEST)
            .readTimeout(LONGEST)
            .timeout(LONGEST)
            .versions(HttpVersion.HTTP_1_1);
    for (var version : Set.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2)) {
      try (var server = Http.start(request -> Response.text("ok"), "127.0.0.1", 0, options);
          var client = new HttpClient(asking.versions(version))) {
        assertThat(client.get("http://127.0.0.1:" + server.port() + "/").send().text())
            .isEqualTo("ok");
      }
    }
  }
}
