package jasyncio.slf4j;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.apache.logging.log4j.ThreadContext;
import org.jspecify.annotations.Nullable;

/// What log4j's adapter does, but for the stacks, which that keeps in a thread local: the top of
/// each is a value, too, and the one without a key is the thread's.
final class Log4jMdcAdapter extends ContextMdcAdapter {
  /// log4j takes its map once, when it begins.
  ///
  /// @throws IllegalStateException if that is another one
  static void checkInUse() {
    var probe = "jasyncio.slf4j";
    ThreadContext.put(probe, probe);
    boolean inUse = Values.get(probe) != null;
    ThreadContext.remove(probe);
    if (!inUse) {
      throw new IllegalStateException(
          "log4j does not keep its ThreadContext in coroutines' contexts; start the JVM with"
              + " -Dlog4j2.threadContextMap="
              + Log4jThreadContextMap.class.getName());
    }
  }

  @Override
  public Map<String, String> getCopyOfContextMap() {
    return ThreadContext.getContext();
  }

  @Override
  public void pushByKey(@Nullable String key, String value) {
    if (key == null) {
      ThreadContext.push(value);
    } else {
      super.pushByKey(key, value);
      put(key, value);
    }
  }

  @Override
  public @Nullable String popByKey(@Nullable String key) {
    if (key == null) {
      return ThreadContext.getDepth() > 0 ? ThreadContext.pop() : null;
    }
    var value = super.popByKey(key);
    put(key, Values.peek(key));
    return value;
  }

  @Override
  public @Nullable Deque<String> getCopyOfDequeByKey(@Nullable String key) {
    if (key != null) {
      return super.getCopyOfDequeByKey(key);
    }
    var copy = new ArrayDeque<String>();
    ThreadContext.getImmutableStack().forEach(copy::push);
    return copy;
  }

  @Override
  public void clearDequeByKey(@Nullable String key) {
    if (key == null) {
      ThreadContext.clearStack();
    } else {
      super.clearDequeByKey(key);
      put(key, null);
    }
  }
}
