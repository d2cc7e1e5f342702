package jasyncio.slf4j;

import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One of logback's, because its events take the values of such a one without copying them, and
/// because there are programs that expect one.
final class LogbackMdcAdapter extends LogbackMDCAdapter implements InContext {
  @Override
  public void put(@Nullable String key, @Nullable String value) {
    if (key == null) {
      throw new IllegalArgumentException("key cannot be null");
    }
    Values.put(key, value);
  }

  @Override
  public @Nullable String get(@Nullable String key) {
    return Values.get(key);
  }

  @Override
  public void remove(@Nullable String key) {
    Values.remove(key);
  }

  @Override
  public void clear() {
    Values.replace(null);
  }

  @Override
  public @Nullable Map<String, String> getPropertyMap() {
    return Values.view();
  }

  @Override
  public @Nullable Map<String, String> getCopyOfContextMap() {
    return Values.copy();
  }

  @Override
  public @Nullable Set<String> getKeys() {
    var view = Values.view();
    return view == null ? null : view.keySet();
  }

  @Override
  @SuppressWarnings({"rawtypes", "unchecked"}) // as logback has it
  public void setContextMap(@Nullable Map values) {
    Values.replace(values);
  }

  @Override
  public void pushByKey(@Nullable String key, String value) {
    Values.push(key, value);
  }

  @Override
  public @Nullable String popByKey(@Nullable String key) {
    return Values.pop(key);
  }

  @Override
  public @Nullable Deque<String> getCopyOfDequeByKey(@Nullable String key) {
    return Values.copyOfStack(key);
  }

  @Override
  public void clearDequeByKey(@Nullable String key) {
    Values.clearStack(key);
  }
}
