package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Task;
import java.util.HashMap;
import java.util.Map;

/// A cache that loads what it does not have: two who ask for the same meanwhile load it twice.
///
/// FAITHFUL: it takes but a load that is slow.
final class CacheStampede {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "cache stampede", _ -> twoReaders(new Cache()), _ -> twoReaders(new MendedCache()));

  private CacheStampede() {}

  private static class Cache {
    private final Map<String, String> values = new HashMap<>();
    int loads;

    String get(String key) {
      var value = values.get(key);
      if (value == null) {
        value = load(key);
        values.put(key, value);
      }
      return value;
    }

    final String load(String key) {
      loads++;
      sleep(0.02); // a connection
      sleep(0.02); // a query
      return key.toUpperCase(java.util.Locale.ROOT);
    }
  }

  private static final class MendedCache extends Cache {
    private final Map<String, Task<String>> loading = new HashMap<>();

    @Override
    String get(String key) {
      return await(loading.computeIfAbsent(key, _ -> createTask(() -> load(key), "load")));
    }
  }

  private static void twoReaders(Cache cache) {
    var first = createTask(() -> cache.get("a"), "first");
    sleep(0.5);
    var second = createTask(() -> cache.get("a"), "second");
    await(first);
    await(second);
    assertThat(cache.loads).isEqualTo(1);
  }
}
