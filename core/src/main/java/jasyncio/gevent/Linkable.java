package jasyncio.gevent;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Something that is ready one day, and that greenlets and [Gevent#wait(java.util.Collection)] can
/// wait for.
///
/// Python: `gevent._abstract_linkable.AbstractLinkable`.
public abstract sealed class Linkable permits AsyncResult, Event, Greenlet {
  /// What happens when the object gets ready, at that very moment.
  @FunctionalInterface
  interface Link {
    void fire();
  }

  private @Nullable LinkedHashSet<Link> links;

  Linkable() {}

  /// {@return whether it is ready; never suspends}
  public abstract boolean ready();

  /// The hub in which links are called.
  abstract Hub linkHub();

  void addLink(Link link) {
    keepLink(link);
    if (ready()) {
      linkHub().loop().callSoon(this::fireLinksIfReady);
    }
  }

  void keepLink(Link link) {
    var all = links;
    if (all == null) {
      all = new LinkedHashSet<>();
      links = all;
    }
    all.add(link);
  }

  /// Returns whether it was there.
  boolean removeLink(Link link) {
    return links != null && links.remove(link);
  }

  void removeFirstLink(Predicate<Link> which) {
    if (links != null) {
      links.stream().filter(which).findFirst().ifPresent(this::removeLink);
    }
  }

  boolean hasLinks() {
    return links != null && !links.isEmpty();
  }

  private void fireLinksIfReady() {
    if (ready()) {
      fireLinks();
    }
  }

  void fireLinks() {
    var all = links;
    if (all != null) {
      links = null;
      List.copyOf(all).forEach(Link::fire);
    }
  }

  /// Waits until this is ready. Suspends even if it is.
  ///
  /// @return whether it got ready in time
  boolean waitUntilReady(String call, double seconds) {
    var waiter = new Waiter(call, this);
    Link link = waiter::wake;
    addLink(link);
    try {
      return waiter.await(seconds);
    } finally {
      removeLink(link);
    }
  }
}
