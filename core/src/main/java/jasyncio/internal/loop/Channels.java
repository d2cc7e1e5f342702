package jasyncio.internal.loop;

import jasyncio.internal.fiber.Hub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The channels of a loop, and its selector, which is opened when it is first needed. Belongs to
/// the loop's logical thread, except where a method says otherwise.
public final class Channels {
  /* Overview
   * A channel:  (none) -> watched              watch(); it is on the selector
   *             watched -> leaving             its Watch ends, or it is closed: the selector has to let go of it
   *             leaving -> (none)              the selector was asked for anything
   *             leaving -> returning           watch() in the same iteration: the JDK takes no channel back before
   *             returning -> watched           the selector has let go of it
   */
  private static final int LET_GO_AT_ONCE = 16; // in an iteration

  private final @Nullable Hub hub; // null where there is a selector from the beginning
  private final Network network;
  private final ArrayList<Entry> found = new ArrayList<>(); // what is to run: channels are ready
  private final IdentityHashMap<SelectableChannel, Watch> returning = new IdentityHashMap<>();
  private boolean leaving; // closed channels still wait for the selector to let go of them
  private int lettingGo; // how often it was asked to in this iteration
  private long selects; // how often it was asked for anything
  private @Nullable IoState ioState;
  private volatile @Nullable Selector selector; // set by the logical thread, read by any to wake it

  Channels(Hub hub, Network network) {
    this.hub = hub;
    this.network = network;
  }

  /// For tests, which bring the selector.
  Channels(@Nullable Selector selector) {
    this.hub = null;
    this.network = Network.SYSTEM;
    this.selector = selector;
  }

  /// What the I/O packages keep for this loop.
  public <S extends IoState> S io(Class<S> type, Supplier<S> maker) {
    if (ioState == null) {
      ioState = maker.get();
    }
    return type.cast(ioState);
  }

  /// The network that they belong to.
  public Network network() {
    return network;
  }

  // ---- who is watched ---------------------------------------------------------------------------

  /// Puts a channel, in non-blocking mode, on the selector; nothing is watched for yet. One that is
  /// there already keeps what it has.
  ///
  /// One that was taken off in this iteration comes back with the others of its kind, before the
  /// selector is next asked what is ready.
  ///
  /// @throws ClosedChannelException if the channel is closed
  /// @throws UncheckedIOException if no selector can be opened
  public Watch watch(SelectableChannel channel) throws ClosedChannelException {
    var there = watched(channel);
    if (there != null) {
      return there;
    }
    var watch = new Watch(channel);
    if (channel.keyFor(selector()) == null) {
      watch.register(selector());
    } else if (channel.isOpen()) {
      returning.put(channel, watch);
    } else {
      throw new ClosedChannelException();
    }
    return watch;
  }

  /// A channel that is on the selector, or on its way back to it; else `null`.
  public @Nullable Watch watched(SelectableChannel channel) {
    var key = selector == null ? null : channel.keyFor(selector);
    if (key == null) {
      return null;
    }
    var watch = key.isValid() ? (Watch) key.attachment() : returning.get(channel);
    return watch == null || watch.hasEnded() ? null : watch;
  }

  /// Those that are watched. The loop's logical thread only.
  public List<SelectableChannel> watched() {
    var s = selector;
    var watched = new ArrayList<>(returning.keySet());
    if (s != null) {
      s.keys().stream().filter(SelectionKey::isValid).forEach(key -> watched.add(key.channel()));
    }
    return watched;
  }

  /// How many are watched. Any thread, for others than the loop's a guess.
  public int size() {
    var s = selector;
    try {
      return returning.size() + (s == null ? 0 : s.keys().size());
    } catch (ClosedSelectorException e) { // meanwhile
      return 0;
    }
  }

  /// Whether none is watched: a wait for channels would never end.
  public boolean isEmpty() {
    var s = selector;
    return s == null || s.keys().isEmpty();
  }

  /// The loop's one place to wait, opened when it is first asked for. The attachment of a key is a
  /// [Watch].
  private Selector selector() {
    var s = selector;
    if (s == null) {
      try {
        Objects.requireNonNull(hub).prepareForChannels();
        s = network.provider().openSelector();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot open a selector for the event loop", e);
      }
      selector = s;
    }
    return s;
  }

  // ---- who leaves -------------------------------------------------------------------------------

  /// An iteration begins: those that left in the last one are gone, or back.
  void beginIteration() {
    lettingGo = 0;
    if (leaving || !returning.isEmpty()) {
      flush();
    }
  }

  /// Has the selector let go of the channels that were closed, or taken off it: until it does, the
  /// JDK keeps their sockets open. It does so in every iteration before the loop waits; this is for
  /// who cannot wait for that.
  ///
  /// Each time costs a system call and a look at every channel that is ready. So when very many are
  /// closed in one iteration, all but the first wait for its end, or for [#letGoOfAll].
  ///
  /// @param iterating whether there will be an end of this iteration
  void letGo(boolean iterating) {
    if (iterating && lettingGo++ >= LET_GO_AT_ONCE) {
      leaving = true;
    } else {
      flush();
    }
  }

  /// Has the selector let go of what [#letGo] has left: for who needs an address that a closed
  /// channel may have had.
  void letGoOfAll() {
    if (leaving) {
      flush();
    }
  }

  /// What is ready meanwhile will be found again by the next iteration.
  void flush() {
    leaving = false;
    var s = selector;
    if (s == null) {
      return;
    }
    try {
      selects++;
      s.selectNow(key -> {});
    } catch (IOException e) {
      throw new UncheckedIOException("the event loop's selector failed", e);
    }
    if (!returning.isEmpty()) {
      returning.values().forEach(watch -> register(watch, s));
      returning.clear();
    }
  }

  private void register(Watch watch, Selector s) {
    try {
      if (!watch.hasEnded()) {
        watch.register(s);
      }
    } catch (ClosedChannelException | IllegalBlockingModeException e) {
      watch.failed(found); // who reads or writes will find out, and nobody else would tell them
    }
  }

  // ---- who is ready -----------------------------------------------------------------------------

  /// Whether there is a selector to wait in. Any thread.
  public boolean hasSelector() {
    return selector != null;
  }

  /// Waits until a channel is ready, [#wakeUp] is called, or the time is over. There must be a
  /// selector.
  ///
  /// @param millis at most so long; [Waiting#FOREVER] for no limit
  public void select(long millis) {
    var s = Objects.requireNonNull(selector);
    selects++;
    try {
      if (millis == Waiting.FOREVER) {
        s.select(this::isReady); // other than with a limit, it does not look at the clock
      } else if (millis > 0) {
        s.select(this::isReady, millis);
      } else if (!s.keys().isEmpty()) {
        s.selectNow(this::isReady);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the event loop's selector failed", e);
    }
  }

  /// Looks which are ready, without waiting.
  public void selectNow() {
    if (selector != null) {
      select(0);
    }
  }

  /// Ends a [#select], the present one or the next. Any thread.
  ///
  /// @return whether there is a selector
  public boolean wakeUp() {
    var s = selector;
    if (s != null) {
      s.wakeup();
    }
    return s != null;
  }

  /// Called inside select, with the selector's locks held: notes the entries and does nothing else.
  private void isReady(SelectionKey key) {
    ((Watch) key.attachment()).ready(found);
  }

  /// Whether one was found ready.
  public boolean haveFound() {
    return !found.isEmpty();
  }

  /// Moves what is to run to `queue`, in the order in which it was found.
  void moveFoundTo(ReadyQueue queue) {
    queue.addFound(found);
    found.clear();
  }

  /// {@return how often the selector was asked for anything}
  public long selects() {
    return selects;
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Closes whatever of the loop's I/O is open, and the selector.
  void close() {
    try (var s = selector) {
      selector = null;
      if (ioState != null) {
        var watches = new ArrayList<>(returning.values());
        if (s != null) {
          s.keys().forEach(key -> watches.add((Watch) key.attachment()));
        }
        returning.clear();
        ioState.close(watches);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the event loop's selector", e);
    }
  }
}
