package jasyncio.slf4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.spi.MDCAdapter;

/// What the adapter does on a thread, compared with the one that it stands for.
class AdaptersTest {
  static List<LogbackMDCAdapter> logbacks() {
    return List.of(new LogbackMDCAdapter(), new LogbackMdcAdapter());
  }

  static List<MDCAdapter> adapters() {
    return List.of(new LogbackMDCAdapter(), new LogbackMdcAdapter(), new ContextMdcAdapter());
  }

  @AfterEach
  void clear() {
    Values.replace(null);
    Values.clearStack("key");
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void values_arePutAndRemoved(MDCAdapter adapter) {
    assertThat(adapter.getCopyOfContextMap()).isNull();
    assertThat(adapter.get("key")).isNull();
    assertThat(adapter.get(null)).isNull();
    adapter.put("key", "value");
    adapter.put("other", null);
    assertThat(adapter.get("key")).isEqualTo("value");
    var expected = new HashMap<String, String>();
    expected.put("key", "value");
    expected.put("other", null);
    assertThat(adapter.getCopyOfContextMap()).isEqualTo(expected);
    adapter.remove("key");
    adapter.remove("key");
    adapter.remove(null);
    adapter.remove("other");
    assertThat(adapter.getCopyOfContextMap()).isEmpty();
    adapter.put("key", "value");
    adapter.clear();
    assertThat(adapter.getCopyOfContextMap()).isNull();
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void contextMap_isCopiedBothWays(MDCAdapter adapter) {
    var given = new HashMap<>(Map.of("key", "value"));
    adapter.setContextMap(given);
    given.put("key", "changed");
    assertThat(adapter.get("key")).isEqualTo("value");
    adapter.getCopyOfContextMap().put("key", "changed");
    assertThat(adapter.get("key")).isEqualTo("value");
    adapter.setContextMap(null);
    assertThat(adapter.getCopyOfContextMap()).isNull();
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void stacks_arePushedAndPopped(MDCAdapter adapter) {
    assertThat(adapter.getCopyOfDequeByKey("key")).isNull();
    assertThat(adapter.popByKey("key")).isNull();
    adapter.pushByKey("key", "bottom");
    adapter.pushByKey("key", "top");
    adapter.pushByKey(null, "nowhere");
    assertThat(adapter.getCopyOfDequeByKey("key")).containsExactly("top", "bottom");
    assertThat(adapter.popByKey("key")).isEqualTo("top");
    assertThat(adapter.popByKey("key")).isEqualTo("bottom");
    assertThat(adapter.popByKey(null)).isNull();
    adapter.pushByKey("key", "again");
    adapter.clearDequeByKey("key");
    adapter.clearDequeByKey(null);
    assertThat(adapter.getCopyOfDequeByKey("key")).isNullOrEmpty();
  }

  @ParameterizedTest
  @MethodSource("logbacks")
  void propertyMap_cannotBeChanged_andDoesNotChange(LogbackMDCAdapter adapter) {
    assertThat(adapter.getPropertyMap()).isNull();
    assertThat(adapter.getKeys()).isNull();
    adapter.put("key", "value");
    var map = adapter.getPropertyMap();
    assertThatThrownBy(() -> map.put("key", "changed"))
        .isInstanceOf(UnsupportedOperationException.class);
    adapter.put("key", "changed");
    assertThat(map).isEqualTo(Map.of("key", "value"));
    assertThat(adapter.getKeys()).containsExactly("key");
    assertThatThrownBy(() -> adapter.put(null, "value"))
        .isInstanceOf(IllegalArgumentException.class);
    adapter.clear();
  }
}
