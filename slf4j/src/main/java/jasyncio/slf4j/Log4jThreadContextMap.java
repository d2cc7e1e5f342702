package jasyncio.slf4j;

import java.util.HashMap;
import java.util.Map;
import org.apache.logging.log4j.spi.ThreadContextMap;
import org.jspecify.annotations.Nullable;

/// Has log4j 2 keep the values of its `ThreadContext`, and so of SLF4J's [MDC][org.slf4j.MDC], in
/// jasyncio's [Context][jasyncio.Context].
///
/// log4j takes it by itself if this library is there, by way of a file
/// `log4j2.component.properties`. Where that file is lost, as it may be in a jar made of many, name
/// this class with `-Dlog4j2.threadContextMap=jasyncio.slf4j.Log4jThreadContextMap`. A program
/// without SLF4J can use it, too. See [MdcContext] for what it does.
@SuppressWarnings("exports") // whoever uses it has log4j
public final class Log4jThreadContextMap implements ThreadContextMap {
  /// For log4j.
  public Log4jThreadContextMap() {}

  @Override
  public void put(String key, @Nullable String value) {
    Values.put(key, value);
  }

  @Override
  public @Nullable String get(String key) {
    return Values.get(key);
  }

  @Override
  public boolean containsKey(String key) {
    var view = Values.view();
    return view != null && view.containsKey(key);
  }

  @Override
  public void remove(String key) {
    Values.remove(key);
  }

  @Override
  public void clear() {
    Values.replace(null);
  }

  @Override
  public Map<String, String> getCopy() {
    var copy = Values.copy();
    return copy == null ? new HashMap<>() : copy;
  }

  @Override
  public @Nullable Map<String, String> getImmutableMapOrNull() {
    return isEmpty() ? null : Values.view();
  }

  @Override
  public boolean isEmpty() {
    var view = Values.view();
    return view == null || view.isEmpty();
  }
}
