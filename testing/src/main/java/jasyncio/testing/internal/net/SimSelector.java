package jasyncio.testing.internal.net;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A selector, on simulated channels of one host.
///
/// As with epoll: a queue has the keys that may be ready, put there by what changes on their
/// sockets. A look takes them out, and puts those that are ready in again. A key that nothing
/// happens to costs nothing.
///
/// As with the JDK's: what a key is to be watched for changes when the selector is next asked, not
/// while a thread waits in it; and a closed channel's socket goes when the selector lets go of it.
final class SimSelector extends AbstractSelector {
  private final SimNetwork net;
  private final Waiter waiter;
  private final Set<SelectionKey> keys =
      new ConcurrentSkipListSet<>(Comparator.comparingLong(key -> ((SimKey) key).number));
  private final Set<SelectionKey> keysView = Collections.unmodifiableSet(keys);
  private final Set<SelectionKey> selected = new LinkedHashSet<>();
  private final Set<SelectionKey> selectedView = new RemoveOnlySet<>(selected);
  private final ArrayDeque<SimKey> updates = new ArrayDeque<>(); // their interest has changed
  private final ArrayDeque<SimKey> candidates = new ArrayDeque<>(); // they may be ready
  private long registrations; // guarded by keys
  private boolean inSelect;
  private boolean woken; // the next wait, or the present one, ends

  SimSelector(SimProvider provider) {
    super(provider);
    this.net = provider.host().network();
    this.waiter = new Waiter(provider.host());
  }

  /// The selector's own descriptor, on which threads wait in it.
  private static final class Waiter extends Endpoint {
    Waiter(SimHost host) {
      super(host);
    }

    @Override
    int poll() {
      return 0;
    }

    @Override
    void close() {
      release();
    }
  }

  Endpoint endpoint() {
    return waiter;
  }

  // ---- keys -------------------------------------------------------------------------------------

  private void ensureOpen() {
    if (!isOpen()) {
      throw new ClosedSelectorException();
    }
  }

  @Override
  public Set<SelectionKey> keys() {
    ensureOpen();
    return keysView;
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    ensureOpen();
    return selectedView;
  }

  @Override
  protected SelectionKey register(
      AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
    if (!(channel instanceof SimChannel simulated)) {
      throw new IllegalSelectorException();
    }
    ensureOpen();
    SimKey key;
    synchronized (keys) {
      key = new SimKey(simulated, this, registrations++);
    }
    key.attach(attachment);
    net.run(() -> simulated.endpoint().add(key));
    keys.add(key);
    key.interestOps(ops);
    if (!isOpen()) {
      keys.remove(key);
      net.run(() -> simulated.endpoint().remove(key));
      key.cancel();
      throw new ClosedSelectorException();
    }
    return key;
  }

  /// Any thread.
  void interestChanged(SimKey key) {
    net.run(() -> updates.add(key));
  }

  /// Under the lock.
  private void takeUpdates() {
    for (var key = updates.poll(); key != null; key = updates.poll()) {
      if (key.isValid()) {
        key.watched = key.interest();
        lookAt(key);
      }
    }
  }

  /// It may be ready; under the lock.
  void lookAt(SimKey key) {
    if (key.found() == 0) {
      return;
    }
    if (!key.queued) {
      key.queued = true;
      candidates.add(key);
    }
    ready();
  }

  private void ready() {
    waiter.changed(Poll.IN);
    waiter.host.selectorReady();
  }

  // ---- select -----------------------------------------------------------------------------------

  @Override
  public int select() throws IOException {
    return doSelect(null, Endpoint.FOREVER);
  }

  @Override
  public int select(long timeout) throws IOException {
    return doSelect(null, nanos(timeout));
  }

  @Override
  public int selectNow() throws IOException {
    return doSelect(null, 0);
  }

  @Override
  public int select(Consumer<SelectionKey> action) throws IOException {
    return doSelect(Objects.requireNonNull(action), Endpoint.FOREVER);
  }

  @Override
  public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
    return doSelect(Objects.requireNonNull(action), nanos(timeout));
  }

  @Override
  public int selectNow(Consumer<SelectionKey> action) throws IOException {
    return doSelect(Objects.requireNonNull(action), 0);
  }

  private static long nanos(long millis) {
    if (millis < 0) {
      throw new IllegalArgumentException("Negative timeout");
    }
    return millis == 0 || millis > Endpoint.FOREVER / 1_000_000
        ? Endpoint.FOREVER
        : millis * 1_000_000;
  }

  private int doSelect(@Nullable Consumer<SelectionKey> action, long nanos) throws IOException {
    synchronized (this) {
      ensureOpen();
      if (inSelect) {
        throw new IllegalStateException("select in progress");
      }
      inSelect = true;
      try {
        synchronized (selectedView) {
          letGo();
          await(nanos);
          letGo();
          return report(action);
        }
      } finally {
        inSelect = false;
      }
    }
  }

  private void await(long nanos) {
    if (nanos == 0) {
      net.run(this::takeUpdates);
      return;
    }
    begin();
    try {
      net.run(() -> {
        takeUpdates();
        long deadline = nanos == Endpoint.FOREVER ? nanos : net.nanos() + nanos;
        while (isOpen() && !woken && !anyReady() && !waiter.isOver(deadline)) {
          waiter.await(deadline);
        }
      });
    } finally {
      end();
    }
  }

  /// Whether any is ready; those that are no longer go. Under the lock.
  private boolean anyReady() {
    for (var key = candidates.peek(); key != null; key = candidates.peek()) {
      if (key.isValid() && key.found() != 0) {
        return true;
      }
      candidates.poll();
      key.queued = false;
    }
    return false;
  }

  /// Whether a call of [#selectNow] would find any, or a wait end at once. Any thread.
  boolean isReady() {
    return net.call(() -> {
      takeUpdates();
      return woken || anyReady();
    });
  }

  private record Found(SimKey key, int bits) {}

  private int report(@Nullable Consumer<SelectionKey> action) {
    int count = 0;
    for (var found : net.call(this::find)) {
      count += report(found, action);
    }
    return count;
  }

  private List<Found> find() {
    woken = false;
    var found = new ArrayList<Found>();
    for (int i = candidates.size(); i > 0; i--) {
      var key = Objects.requireNonNull(candidates.poll());
      int bits = key.isValid() ? key.found() : 0;
      if (bits == 0) {
        key.queued = false;
      } else {
        candidates.add(key); // until it is seen not to be ready
        found.add(new Found(key, bits));
      }
    }
    return found;
  }

  private int report(Found found, @Nullable Consumer<SelectionKey> action) {
    var key = found.key;
    if (action == null) {
      if (selected.contains(key)) {
        return key.setReady(found.bits, false) ? 1 : 0;
      }
      return key.setReady(found.bits, true) && selected.add(key) ? 1 : 0;
    }
    if (!key.setReady(found.bits, true)) {
      return 0;
    }
    action.accept(key);
    ensureOpen();
    return 1;
  }

  @Override
  public Selector wakeup() {
    net.run(() -> {
      woken = true;
      ready();
    });
    return this;
  }

  @Override
  public String toString() {
    return "SimSelector[" + waiter.host + (isOpen() ? ", " + keys.size() + " keys]" : ", closed]");
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Lets go of the keys that were cancelled, in the order of their registration.
  private void letGo() {
    var cancelled = cancelledKeys();
    SimKey[] leaving;
    synchronized (cancelled) {
      if (cancelled.isEmpty()) {
        return;
      }
      leaving = cancelled.stream().map(SimKey.class::cast).toArray(SimKey[]::new);
      cancelled.clear();
    }
    Arrays.sort(leaving, Comparator.comparingLong(key -> key.number));
    for (var key : leaving) {
      letGo(key);
    }
  }

  private void letGo(SimKey key) {
    var channel = key.simChannel();
    selected.remove(key);
    keys.remove(key);
    net.run(() -> channel.endpoint().remove(key)); // of the candidates, it goes as invalid
    deregister(key);
    if (!key.channel().isOpen() && !key.channel().isRegistered()) {
      channel.kill();
    }
  }

  @Override
  protected void implCloseSelector() {
    wakeup();
    synchronized (this) {
      synchronized (selectedView) {
        for (var key : keys) {
          letGo((SimKey) key);
        }
        net.run(waiter::close);
      }
    }
  }
}
