package jasyncio.testing.internal.net;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;

/// A view of a set that one can take from, but not add to.
final class RemoveOnlySet<E> extends AbstractSet<E> {
  private final Set<E> set;

  RemoveOnlySet(Set<E> set) {
    this.set = set;
  }

  @Override
  public int size() {
    return set.size();
  }

  @Override
  public boolean contains(Object o) {
    return set.contains(o);
  }

  @Override
  public boolean remove(Object o) {
    return set.remove(o);
  }

  @Override
  public void clear() {
    set.clear();
  }

  @Override
  public Iterator<E> iterator() {
    return set.iterator();
  }
}
