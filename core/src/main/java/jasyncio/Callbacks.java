package jasyncio;

import jasyncio.internal.loop.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What waits for a future, in order: nothing, one entry, or many of them, in one field. Most
/// futures have one waiter, which is kept without any of this.
final class Callbacks {
  /* Overview
   * Taking one out of many must not look at all the others: a thousand shields of one future may be cancelled one by
   * one. So a list that has grown long becomes a set when the first entry leaves it. Entries are equal to themselves
   * alone, and nobody adds one twice.
   * Whoever waits for a future that never ends, and is forgotten, leaves a stale entry; they are swept out before
   * the entries become twice as many as there were after the last sweep.
   */
  private static final int MANY = 16;

  private Collection<Entry> entries = new ArrayList<>();
  private int limit = MANY; // until the next sweep

  private Callbacks() {}

  static Object with(@Nullable Object kept, Entry entry) {
    if (kept == null) {
      return entry;
    }
    var many = kept instanceof Callbacks callbacks ? callbacks : new Callbacks();
    if (kept instanceof Entry first) {
      many.entries.add(first);
    }
    many.add(entry);
    return many;
  }

  private void add(Entry entry) {
    if (entries.size() >= limit) {
      entries.removeIf(e -> e instanceof Waits.Awaiter awaiter && awaiter.isStale());
      limit = Math.max(MANY, 2 * entries.size());
    }
    entries.add(entry);
  }

  static @Nullable Object without(@Nullable Object kept, Entry entry) {
    if (kept instanceof Callbacks many) {
      if (many.entries.size() > MANY && many.entries instanceof ArrayList<?>) {
        many.entries = new LinkedHashSet<>(many.entries);
      }
      many.entries.remove(entry);
      return many.entries.isEmpty() ? null : many;
    }
    return kept == entry ? null : kept;
  }

  static Collection<Entry> of(@Nullable Object kept) {
    if (kept == null) {
      return List.of();
    }
    return kept instanceof Entry entry ? List.of(entry) : ((Callbacks) kept).entries;
  }
}
