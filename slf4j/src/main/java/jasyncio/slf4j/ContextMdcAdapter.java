package jasyncio.slf4j;

import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.spi.MDCAdapter;

/// For providers that have SLF4J's own adapter: nobody but the MDC itself asks it.
class ContextMdcAdapter implements MDCAdapter, InContext {
  @Override
  public void put(String key, @Nullable String value) {
    Values.put(Objects.requireNonNull(key, "key"), value);
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
  public @Nullable Map<String, String> getCopyOfContextMap() {
    return Values.copy();
  }

  @Override
  public void setContextMap(@Nullable Map<String, String> values) {
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
