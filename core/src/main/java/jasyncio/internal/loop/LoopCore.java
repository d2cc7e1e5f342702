package jasyncio.internal.loop;

import jasyncio.internal.fiber.FallbackScheduler;
import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.fiber.FiberSource;
import jasyncio.internal.fiber.Hub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The event loop's machine: what is ready runs, in order, one iteration after the other.
public final class LoopCore implements FiberSource {
  /* Overview
   * An iteration (asyncio's _run_once): wait in the selector until something is ready, then move what
   * other threads sent, I/O events and due timers to the ready queue, in this order behind what is there
   * already; then give every entry that is there now its turn. What these add waits for the next iteration.
   *
   * next() is the loop: the hub calls it whenever no fiber knows where control should go. Entries that may call user code
   * are run by *dispatcher* fibers: a dispatcher takes one entry after the other until the iteration is over,
   * or until a suspended fiber is due. If what it runs suspends, its stack belongs to that task until the
   * task ends, and another dispatcher takes over. Idle dispatchers wait in `idle`.
   *
   * Fields belong to the hub's logical thread unless they say otherwise.
   * Sleeping and waking: the loop sets `asleep`, looks at the inbox once more, and waits; a
   * sender fills the inbox and then looks at `asleep`. Both are volatile, so one of them sees the other.
   * It waits in the selector, or parks as long as nobody needs a selector (opening one, and waking a thread out
   * of it, is dearer). Both wake-ups are sticky, so they may come before the wait begins.
   */

  /// What happens when a task blocks its thread in a call that is not ours.
  public enum BlockingMode {
    BLOCK,
    SWITCH,
    FORBID
  }

  /// What the owner of the loop does around a fiber that waits in a blocking call.
  public interface BlockingListener {
    /// Policy FORBID: an entry that reports the fiber.
    Entry report(Fiber fiber);

    /// The fiber is left alone: under SWITCH until its call has returned, under FORBID while the
    /// report is made. Keep what belongs to it.
    void leave(Fiber fiber);

    /// The fiber goes on.
    void enter(Fiber fiber);
  }

  /// What the owner of the loop does before the loop waits.
  public interface IdleListener {
    /// Nothing is ready. Called where no user code may run.
    ///
    /// @param forever whether neither a timer nor I/O could end the wait
    /// @param again whether nothing has happened since the last call but what that returned
    /// @return what is to run before the loop waits, or `null`
    @Nullable Entry beforeWait(boolean forever, boolean again);
  }

  /// Leaves [#run] without an error.
  private static final class Halt extends Throwable {
    private static final long serialVersionUID = 1L;

    Halt() {
      super(null, null, false, false);
    }
  }

  private static final int MAX_IDLE = 256;
  private static final long MAX_WAIT_NANOS = 24L * 3600 * 1_000_000_000;
  private static final long FOREVER = Long.MAX_VALUE;
  private static final int LET_GO_AT_ONCE = 16; // in an iteration

  private final Object owner;
  private final Hub hub;
  private final LongSupplier clock;
  private final BlockingListener blockingListener;
  private final ReadyQueue ready = new ReadyQueue();
  private final ArrayList<Entry> io = new ArrayList<>(); // what the selector found ready
  private final TimerHeap timers = new TimerHeap();
  private final ArrayList<Fiber> idle = new ArrayList<>();
  private final Dispatcher dispatcher = new Dispatcher(); // the body of all dispatchers
  private final Inbox inbox = new Inbox(); // any thread

  private volatile BlockingMode blockingMode = BlockingMode.BLOCK; // any thread
  private @Nullable IdleListener idleListener; // only where somebody wants to know
  private boolean listenerAsked; // and nothing has happened since
  private int batch; // entries of this iteration that still wait for their turn
  private boolean iterated; // an iteration began since run() was called
  private boolean stopping;
  private @Nullable Throwable escape; // what leaves run() by force
  private @Nullable Entry handed; // for the dispatcher that gets control now
  private @Nullable Fiber due; // a dispatcher came upon it and made way
  private @Nullable ForeignContinuation dueForeign; // likewise
  private boolean interlude; // a dispatcher gives control back after one entry
  private boolean unwinding; // fibers are run to their end, one by one, outside of run()
  private @Nullable Thread sleeper; // who sleeps: written before `asleep`, read after it
  private volatile @Nullable Consumer<@Nullable Thread> interruptListener;
  private volatile boolean interruptPending; // any thread
  private volatile @Nullable Thread interruptedThread; // any thread
  private volatile boolean running; // read by any thread, as the next two
  private volatile boolean asleep;
  private volatile boolean closed;
  private @Nullable IoState ioState;
  private final IdentityHashMap<SelectableChannel, Watch> returning =
      new IdentityHashMap<>(); // to the selector
  private boolean leaving; // closed channels still wait for the selector to let go of them
  private int lettingGo; // how often it was asked to in this iteration
  private long selects; // how often it was asked for anything
  private volatile @Nullable Selector selector; // set by the logical thread, while it is awake

  /// @param owner the loop of the face
  public LoopCore(
      Object owner,
      Function<FiberSource, Hub> hub,
      LongSupplier clock,
      BlockingListener blockingListener) {
    this.owner = owner;
    this.clock = clock;
    this.blockingListener = blockingListener;
    this.hub = hub.apply(this);
  }

  public Hub hub() {
    return hub;
  }

  @Override
  public Object owner() {
    return owner;
  }

  public long nanos() {
    return clock.getAsLong();
  }

  public void setBlockingMode(BlockingMode mode) {
    blockingMode = mode;
  }

  // ---- the loop ---------------------------------------------------------------------------------

  /// Runs until [#stop]; at least one iteration.
  ///
  /// @throws Throwable what [#escape] was given, unchanged
  public void run() throws Throwable {
    iterated = false;
    listenerAsked = false;
    running = true;
    try {
      hub.run(null);
    } finally {
      running = false;
      releaseForeign();
    }
    batch = 0;
    flush();
    var e = escape;
    escape = null;
    if (e != null) {
      stopping = false;
      if (!(e instanceof Halt)) {
        throw e;
      }
    }
  }

  @Override
  public @Nullable Fiber next() {
    try {
      return choose();
    } catch (
        StackOverflowError
            e) { // on the deep stack of a portable fiber: it cannot be suspended there
      throw e;
    } catch (Throwable e) { // of the machine itself: it must come out of run(), and nowhere else
      escape(e);
      return null;
    }
  }

  private @Nullable Fiber choose() {
    if (unwinding) {
      return closed && !idle.isEmpty() ? idle.removeLast() : null;
    }
    while (escape == null) {
      if (due != null) {
        var fiber = due;
        due = null;
        return fiber;
      } else if (dueForeign != null) {
        dueForeign.continuation.run();
        dueForeign = null;
      } else if (batch > 0) {
        var next = turnOfNext();
        if (next instanceof Fiber fiber) {
          return fiber;
        } else if (next != null) {
          return dispatcher((Entry) next);
        }
      } else if (stopping && iterated) {
        stopping = false;
        return null;
      } else {
        iterated = true;
        poll();
        batch = ready.size();
      }
    }
    return null;
  }

  /// Gives entries of this iteration their turn, until control must go to a [Fiber], or an [Entry]
  /// is to run on a dispatcher: that is returned; `null` if there is no more, or the carrier is
  /// wanted.
  private @Nullable Object turnOfNext() {
    while (batch > 0 && escape == null) {
      batch--;
      var entry = ready.remove();
      if (entry instanceof ForeignContinuation foreign) { // only the carrier can run it
        dueForeign = foreign;
        return null;
      }
      var fiber = entry.turn();
      if (fiber == Entry.IN_PLACE) {
        return entry;
      } else if (fiber != null) {
        return fiber;
      }
    }
    return null;
  }

  /// Waits until something is ready, and makes it so.
  private void poll() {
    inbox.drainTo(ready);
    lettingGo = 0;
    if (leaving || !returning.isEmpty()) {
      flush();
    }
    long wait = ready.size() > 0 || !io.isEmpty() || stopping ? 0 : nanosToFirstTimer();
    if (wait > 0 && idleListener != null && selector != null) {
      select(0);
      wait = io.isEmpty() ? wait : 0;
    } else if (wait <= 0 && selector != null) {
      select(0);
    }
    if (wait > 0) {
      var idler = idleListener == null ? null : idler(idleListener);
      if (idler != null) {
        ready.add(idler);
        return;
      }
      sleep(wait);
      inbox.drainTo(ready);
    }
    for (var entry : io) {
      ready.add(entry);
    }
    io.clear();
    if (timers.size() > 0) {
      long now = nanos();
      for (Entry e; (e = timers.pollDue(now)) != null; ) {
        ready.add(e);
      }
    }
    if (ready.size() > 0) {
      listenerAsked = false;
    }
  }

  /// What the listener wants done before the loop waits.
  private @Nullable Entry idler(IdleListener listener) {
    if (!inbox.isEmpty()) {
      return null;
    }
    var s = selector;
    boolean forever = timers.firstNanos() == Long.MAX_VALUE && (s == null || s.keys().isEmpty());
    boolean again = listenerAsked;
    listenerAsked = true;
    return listener.beforeWait(forever, again);
  }

  private long nanosToFirstTimer() {
    long first = timers.firstNanos();
    return first == Long.MAX_VALUE ? FOREVER : Math.min(first - nanos(), MAX_WAIT_NANOS);
  }

  private void sleep(long nanos) {
    // Whole milliseconds, as epoll counts: else each of many timers would wake the loop by itself.
    long millis = nanos == FOREVER ? FOREVER : (nanos + 999_999) / 1_000_000;
    sleeper = Thread.currentThread();
    asleep = true;
    try {
      if (!inbox.isEmpty()) {
        return;
      }
      if (selector != null) {
        select(millis);
      } else if (millis == FOREVER) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, millis * 1_000_000);
      }
    } finally {
      asleep = false;
      sleeper = null; // a fiber of the portable runtime, and all that it holds
      if (Thread.interrupted()) {
        hub.noteInterrupt();
      }
    }
  }

  private void wake() {
    var s = selector;
    if (s != null) {
      s.wakeup();
    } else {
      LockSupport.unpark(sleeper);
    }
  }

  // ---- I/O --------------------------------------------------------------------------------------

  /// What the I/O packages keep for this loop. The loop's logical thread only.
  public <S extends IoState> S io(Class<S> type, Supplier<S> maker) {
    if (ioState == null) {
      ioState = maker.get();
    }
    return type.cast(ioState);
  }

  /// Puts a channel, in non-blocking mode, on the selector; nothing is watched for yet. One that is
  /// there already keeps what it has. The loop's logical thread only.
  ///
  /// One that was taken off in this iteration comes back with the others of its kind, before the
  /// selector is next asked what is ready: the JDK takes no channel back before it has let go of
  /// it.
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

  /// Has the selector let go of the channels that were closed, or taken off it: until it does, the
  /// JDK keeps their sockets open. It does so in every iteration before the loop waits; this is for
  /// who cannot wait for that. The loop's logical thread only.
  ///
  /// Each time costs a system call and a look at every channel that is ready. So when very many are
  /// closed in one iteration, all but the first wait for its end, or for [#letGoOfAll].
  public void letGo() {
    if (running && lettingGo++ >= LET_GO_AT_ONCE) {
      leaving = true;
    } else {
      flush();
    }
  }

  /// Has the selector let go of what [#letGo] has left: for who needs an address that a closed
  /// channel may have had. The loop's logical thread only.
  public void letGoOfAll() {
    if (leaving) {
      flush();
    }
  }

  /// {@return how often the selector was asked for anything}
  public long selects() {
    return selects;
  }

  /// What is ready meanwhile will be found again by the next iteration.
  private void flush() {
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
      watch.failed(io); // who reads or writes will find out, and nobody else would tell them
    }
  }

  /// The loop's one place to wait, opened when it is first asked for. The attachment of a key is a
  /// [Watch].
  private Selector selector() {
    var s = selector;
    if (s == null) {
      try {
        hub.prepareForChannels();
        s = Selector.open();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot open a selector for the event loop", e);
      }
      selector = s;
    }
    return s;
  }

  private void select(long millis) {
    var s = Objects.requireNonNull(selector);
    selects++;
    try {
      if (millis == FOREVER) {
        s.select(this::ioReady); // other than with a limit, it does not look at the clock
      } else if (millis > 0) {
        s.select(this::ioReady, millis);
      } else if (!s.keys().isEmpty()) {
        s.selectNow(this::ioReady);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the event loop's selector failed", e);
    }
  }

  /// Called inside select, with the selector's locks held: notes the entries and does nothing else.
  private void ioReady(SelectionKey key) {
    ((Watch) key.attachment()).ready(io);
  }

  // ---- dispatchers ------------------------------------------------------------------------------

  private Fiber dispatcher(Entry entry) {
    handed = entry;
    return idle.isEmpty() ? hub.newFiber(dispatcher) : idle.removeLast();
  }

  /// The body of a dispatcher fiber. It lies on the stack of every suspended task, so it is the
  /// Runnable itself and has no locals.
  private final class Dispatcher implements Runnable {
    @Override
    public void run() {
      while (handed != null) {
        try {
          takeHanded().run();
        } catch (Throwable e) { // of the machine itself, as in next()
          escape(e);
        }
        if (!goOn()) {
          return;
        }
      }
    }

    private Entry takeHanded() {
      var entry = Objects.requireNonNull(handed);
      handed = null;
      return entry;
    }

    /// Whether there is, or will be, another entry for the current dispatcher.
    private boolean goOn() {
      boolean reusable = hub.clean();
      if (closed) { // perhaps this is what was left of a blocking call, on another thread
        return false;
      }
      return reusable && (handNext() || rest());
    }

    /// Hands the next entry to the current dispatcher, unless that has to make way.
    private boolean handNext() {
      if (currentFiber().hasCaller() || interlude || unwinding) {
        return false;
      }
      var next = turnOfNext();
      if (next instanceof Fiber fiber) {
        due = fiber;
        return false;
      }
      handed = (Entry) next;
      return next != null;
    }

    /// Waits among the idle ones until an entry is handed over; returns whether that is possible.
    private boolean rest() {
      if (idle.size() >= MAX_IDLE) {
        return false;
      }
      idle.add(currentFiber());
      hub.switchTo(null);
      return true;
    }

    private Fiber currentFiber() {
      return Objects.requireNonNull(hub.current());
    }
  }

  /// Runs `entry` at once, on a fiber of its own, until it suspends or is done. Called on a fiber.
  public void runNested(Entry entry) {
    var fiber = dispatcher(entry);
    try {
      hub.call(fiber);
    } catch (Throwable e) { // this stack cannot be suspended
      handed = null;
      if (fiber.thread() != null) {
        idle.add(fiber);
      }
      throw e;
    }
  }

  /// Whether the fiber that runs now, were it to let one iteration pass, would be the only one to
  /// get a turn in it: then it may as well go on at once. The loop's logical thread only.
  public boolean isAlone() {
    return batch == 0
        && ready.size() == 0
        && inbox.isEmpty()
        && selector == null // whose events would have to be looked for
        && (timers.size() == 0 || timers.firstNanos() > nanos())
        && !Objects.requireNonNull(hub.current()).hasCaller()
        && due == null
        && dueForeign == null
        && !hub.isInterrupted()
        && !stopping
        && escape == null
        && !interlude
        && !unwinding;
  }

  // ---- what happens to the loop -----------------------------------------------------------------

  /// Adds an entry to the ready queue. From another thread than the loop's it is sent instead.
  public void schedule(Entry entry) {
    if (hub.mayBeTouchedBy(Thread.currentThread())) {
      scheduleHere(entry);
    } else {
      send(entry);
    }
  }

  /// Adds an entry to the ready queue, behind what other threads have sent before. The loop's
  /// logical thread only.
  public void scheduleHere(Entry entry) {
    inbox.drainTo(ready);
    ready.add(entry);
  }

  /// Adds an entry to the ready queue and wakes the loop. Any thread; neither throws nor waits.
  public void send(Entry entry) {
    inbox.push(entry);
    if (asleep) {
      wake();
    } else if (closed) {
      forwardLeftovers();
    }
  }

  /// Takes back an entry that was scheduled and has not had its turn. The loop's logical thread
  /// only.
  public void takeBack(Entry entry) {
    inbox.drainTo(ready);
    int before = ready.removeLast(entry);
    if (before >= 0 && before < batch) {
      batch--;
    }
  }

  /// Adds a timer, for the time when it is to get its turn. From another thread than the loop's it
  /// is sent instead.
  public void schedule(long nanos, CancellableEntry timer) {
    if (hub.mayBeTouchedBy(Thread.currentThread())) {
      timers.add(nanos, timer);
    } else {
      inTurn(() -> timers.add(nanos, timer));
    }
  }

  /// Has `job` done on the loop's logical thread: at once there, else in a turn of its own. It must
  /// not call user code.
  public void inTurn(Runnable job) {
    if (hub.mayBeTouchedBy(Thread.currentThread())) {
      job.run();
    } else {
      send(new Errand(job));
    }
  }

  /// Adds an entry for a time; it says by itself whether it still wants its turn. The loop's
  /// logical thread only.
  ///
  /// @return the ticket, see [Entry#isWanted]
  public int scheduleTicket(long nanos, Entry entry) {
    return timers.addEntry(nanos, entry);
  }

  /// Notes that an entry does not want the turn any more that it has a ticket for. Any thread.
  public void returnTicket() {
    if (hub.mayBeTouchedBy(Thread.currentThread())) { // else the heap finds out in time
      timers.noteUnwanted();
    }
  }

  /// Cancels a timer. Any thread.
  public void cancel(CancellableEntry timer) {
    if (!timer.isCancelled()) {
      timer.markCancelled();
      if (hub.mayBeTouchedBy(Thread.currentThread())) { // else the heap finds out in time
        timers.noteCancelled(timer);
      }
    }
  }

  /// Makes [#run] return after the current iteration.
  public void stop() {
    stopping = true;
  }

  /// Makes [#run] return at once; what is ready stays ready.
  public void halt() {
    escape(new Halt());
  }

  /// Sets who is asked before the loop waits. The loop's logical thread only.
  public void setIdleListener(@Nullable IdleListener listener) {
    idleListener = listener;
  }

  /// Makes [#run] end at once and throw `e`; what is ready stays ready. The first one wins.
  public void escape(Throwable e) {
    if (escape == null) {
      escape = e;
    }
  }

  /// Runs a suspended fiber until it gives up control, while the loop does not run.
  public void unwind(Fiber fiber) {
    unwinding = true;
    try {
      hub.run(fiber);
    } finally {
      unwinding = false;
    }
  }

  /// Ends the idle fibers, drops all entries, and closes the selector.
  public void close() {
    closed = true;
    timers.clear();
    handed = null;
    if (!idle.isEmpty()) {
      unwind(idle.removeLast());
    }
    hub.close();
    forward(ready);
    forwardLeftovers();
    closeIo();
  }

  private void closeIo() {
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

  // ---- interrupts -------------------------------------------------------------------------------

  /// Sets who is told that the thread in [#run] was interrupted; else the thread is interrupted
  /// again when the run ends. It is called by the loop's logical thread where no user code may run,
  /// with the thread that was interrupted in a blocking call already, if one was.
  public void setInterruptListener(Consumer<@Nullable Thread> listener) {
    interruptListener = listener;
  }

  /// Takes the listener back. Returns whether there was an interrupt of which it was not told.
  public boolean removeInterruptListener() {
    interruptListener = null;
    boolean pending = interruptPending;
    interruptPending = false;
    interruptedThread = null;
    return pending;
  }

  @Override
  public boolean interrupted() {
    if (interruptListener == null) {
      return false;
    }
    var blocked = hub.noticesBlocked() ? null : hub.blockingThread();
    interruptedThread = blocked;
    interruptPending = true;
    send(
        new Entry() {
          @Override
          protected @Nullable Fiber turn() {
            interruptedWhileBlocked();
            return null;
          }
        });
    hub.wakeFromBlocked();
    if (blocked != null) {
      blocked.interrupt();
    }
    return true;
  }

  @Override
  public boolean isWaiting() {
    return asleep;
  }

  @Override
  public void interruptedWhileBlocked() {
    var listener = interruptListener;
    if (interruptPending && listener != null) {
      interruptPending = false;
      var thread = interruptedThread;
      interruptedThread = null;
      listener.accept(thread);
    }
  }

  // ---- blocking calls ---------------------------------------------------------------------------

  @Override
  public boolean blocked(Fiber fiber) {
    if (handed != null) {
      // A dispatcher that has not taken its entry did not run: an inspector holds its thread for a
      // moment.
      return false;
    }
    return switch (blockingMode) {
      case BLOCK -> false;
      case SWITCH -> {
        blockingListener.leave(fiber);
        yield true;
      }
      case FORBID -> {
        if (interlude) { // the report itself blocks
          blockingListener.leave(fiber);
          yield true;
        }
        var thread = fiber.thread();
        if (thread != null && thread.getState() != Thread.State.RUNNABLE) {
          report(fiber);
        }
        yield false;
      }
    };
  }

  private void report(Fiber fiber) {
    interlude = true;
    blockingListener.leave(fiber);
    try {
      hub.interlude(dispatcher(blockingListener.report(fiber)));
    } finally {
      blockingListener.enter(fiber);
      interlude = false;
    }
  }

  @Override
  public void unblocked(Fiber fiber) {
    send(new Unblocked(fiber));
  }

  @Override
  public void foreign(Runnable continuation) {
    if (blockingMode == BlockingMode.SWITCH && running) {
      send(new ForeignContinuation(continuation));
    } else {
      FallbackScheduler.run(continuation);
    }
  }

  /// The loop is closed: continuations still run, on other threads.
  private void forwardLeftovers() {
    var left = new ReadyQueue();
    inbox.drainTo(left);
    forward(left);
  }

  private void forward(ReadyQueue left) {
    while (left.size() > 0) {
      switch (left.remove()) {
        case ForeignContinuation f -> FallbackScheduler.run(f.continuation);
        case Unblocked u -> hub.abandon(u.fiber);
        default -> {} // a closed loop runs no callbacks
      }
    }
  }

  /// The loop stops running: foreign continuations go on elsewhere.
  private void releaseForeign() {
    if (dueForeign != null) {
      FallbackScheduler.run(dueForeign.continuation);
      dueForeign = null;
    }
    inbox.drainTo(ready);
    for (int i = ready.size(); i > 0; i--) {
      var entry = ready.remove();
      if (entry instanceof ForeignContinuation foreign) {
        FallbackScheduler.run(foreign.continuation);
      } else {
        ready.add(entry);
      }
    }
  }

  private static final class Errand extends Entry {
    private final Runnable job;

    Errand(Runnable job) {
      this.job = job;
    }

    @Override
    protected @Nullable Fiber turn() {
      job.run();
      return null;
    }
  }

  private static final class ForeignContinuation extends Entry {
    final Runnable continuation;

    ForeignContinuation(Runnable continuation) {
      this.continuation = continuation;
    }
  }

  private final class Unblocked extends Entry {
    final Fiber fiber;

    Unblocked(Fiber fiber) {
      this.fiber = fiber;
    }

    @Override
    protected @Nullable Fiber turn() {
      if (!hub.isDetached(fiber)) {
        return null;
      }
      blockingListener.enter(fiber);
      return fiber;
    }
  }
}
