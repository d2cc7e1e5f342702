package jasyncio.internal.loop;

import jasyncio.internal.fiber.FallbackScheduler;
import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.fiber.FiberSource;
import jasyncio.internal.fiber.Hub;
import java.util.ArrayList;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The event loop's machine: what is ready runs, in order, one iteration after the other.
public final class LoopCore implements FiberSource {
  /* Overview
   * An iteration (asyncio's _run_once): poll() waits until something is ready, then moves what other threads sent, I/O
   * events and due timers to the ready queue, in this order behind what is there already; then every entry that is
   * there now gets its turn. What these add waits for the next iteration.
   *
   * next() is the loop: the hub calls it whenever no fiber knows where control should go. Entries that may call user
   * code are run by *dispatcher* fibers: a dispatcher is *handed* one entry after the other until the iteration is over,
   * or until a suspended fiber is *due*. If what it runs suspends, its stack belongs to that task until the task ends,
   * and another dispatcher takes over. Idle dispatchers wait in `idle`. An *interlude* is one entry that runs while the
   * current fiber waits in a blocking call.
   *
   * Beside it: Waiting, the clock and the wait; Channels, the selector; LoopInterrupts. Fields belong to the hub's
   * logical thread unless they say otherwise.
   */

  /// What happens when a task blocks its thread in a call that is not ours.
  public enum BlockingMode {
    BLOCK,
    SWITCH,
    FORBID
  }

  /// What the owner of the loop does around a fiber that waits in a blocking call.
  public interface BlockingListener {
    /// Policy FORBID: how long a fiber may wait for a lock before it is reported, in nanoseconds.
    long patience();

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

  /// How long the report of a blocking call may wait for a lock. Who has been reported may hold it.
  private static final long REPORT_PATIENCE = 1_000_000_000;

  private final Object owner;
  private final Hub hub;
  private final BlockingListener blockingListener;
  private ReadyQueue ready;
  private final TimerHeap timers = new TimerHeap();
  private final ArrayList<Fiber> idle = new ArrayList<>();
  private final Dispatcher dispatcher = new Dispatcher(); // the body of all dispatchers
  private final Inbox inbox = new Inbox(); // any thread
  private final Waiting waiting; // any thread
  private final Channels channels;
  private final LoopInterrupts interrupts;

  private volatile BlockingMode blockingMode = BlockingMode.BLOCK; // any thread
  private volatile @Nullable BusyClock busyClock; // only while somebody wants to know; any thread
  private volatile @Nullable BusyClock keptClock; // the same, once somebody wants it for good
  private volatile long busyBefore; // what it showed then
  private volatile @Nullable Runnable news; // to be taken note of; any thread
  private int busyWatchers; // who want it until they leave; guarded by this
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
  private volatile boolean running; // read by any thread, as the next
  private volatile boolean closed;

  /// @param owner the loop of the face
  /// @param outside what may call the loop from elsewhere
  public LoopCore(
      Object owner,
      Function<FiberSource, Hub> hub,
      LoopParts parts,
      BlockingListener blockingListener,
      Waiting.Outside outside) {
    this.owner = owner;
    this.blockingListener = blockingListener;
    this.hub = hub.apply(this);
    this.ready = parts.ready();
    this.channels = new Channels(this.hub, parts.network());
    this.waiting = parts.waiting().make(inbox, channels, outside);
    this.interrupts = new LoopInterrupts(this.hub, this::send);
  }

  public Hub hub() {
    return hub;
  }

  @Override
  public Object owner() {
    return owner;
  }

  /// The channels that the loop watches.
  public Channels channels() {
    return channels;
  }

  /// What the loop's clock shows. Any thread.
  public long nanos() {
    return waiting.nanos();
  }

  /// The timers. The loop's logical thread only.
  public TimerHeap timers() {
    return timers;
  }

  /// What the loop waits with.
  public Waiting waiting() {
    return waiting;
  }

  public void setBlockingMode(BlockingMode mode) {
    blockingMode = mode;
  }

  /// Whether the loop runs, and others go on while a task waits in a blocking call. Any thread.
  public boolean switches() {
    return running && blockingMode == BlockingMode.SWITCH;
  }

  /// Whether the calling thread is the loop's logical one, or the loop does not run.
  public boolean mayBeTouchedHere() {
    return hub.mayBeTouchedBy(Thread.currentThread());
  }

  // ---- the loop ---------------------------------------------------------------------------------

  /// Runs until [#stop]; at least one iteration.
  ///
  /// @throws Throwable what [#escape] was given, unchanged
  public void run() throws Throwable {
    iterated = false;
    listenerAsked = false;
    running = true;
    goesOn();
    try {
      hub.run(null);
    } finally {
      running = false;
      waits();
      releaseForeign();
    }
    batch = 0;
    channels.flush();
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
    } catch (StackOverflowError e) { // of a portable fiber, which cannot be suspended so deep
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
        ready.iterationEnds();
        poll();
        batch = ready.beginBatch();
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
    channels.beginIteration();
    long wait = nanosUntilWork();
    if (wait <= 0 || idleListener != null) {
      channels.selectNow();
    }
    if (wait > 0 && !channels.haveFound()) {
      var idler = idler();
      if (idler != null) {
        ready.add(idler);
        return;
      }
      sleep(wait);
      inbox.drainTo(ready);
    }
    takeNote();
    channels.moveFoundTo(ready);
    moveDueTimers();
    if (listenerAsked && !ready.hasOnlyQuestions()) {
      listenerAsked = false;
    }
  }

  /// How many entries wait for their turn, now or in the next iteration. Any thread, for others
  /// than the loop's a guess.
  public int ready() {
    return ready.size();
  }

  /// How many timers are due, and not taken yet: those, too, could have their turn. The loop's
  /// logical thread only.
  public int due() {
    return timers.due(nanos());
  }

  /// How many entries of the iteration still wait for their turn: with each turn it is less. Any
  /// thread, for others than the loop's a guess.
  public int turnsLeft() {
    return batch;
  }

  /// Whether there is nothing that the loop could do of its own accord, now or later: neither what
  /// is ready, nor a timer, nor a channel. Any thread, for others than the loop's a guess.
  public boolean hasNothingToDo() {
    return batch == 0 && ready.size() == 0 && timers.size() == 0 && channels.isEmpty() && !stopping;
  }

  /// How long there is nothing to do but for what comes from outside; at most 0 if there is
  /// something now.
  private long nanosUntilWork() {
    if (ready.size() > 0 || channels.haveFound() || stopping) {
      return 0;
    }
    long first = timers.firstNanos();
    return first == Long.MAX_VALUE ? Waiting.FOREVER : Math.min(first - nanos(), MAX_WAIT_NANOS);
  }

  /// What the listener wants done before the loop waits.
  private @Nullable Entry idler() {
    var listener = idleListener;
    if (listener == null || !inbox.isEmpty() || waiting.isAboutToBeSent()) {
      return null;
    }
    boolean forever = timers.firstNanos() == Long.MAX_VALUE && channels.isEmpty();
    boolean again = listenerAsked;
    listenerAsked = true;
    return listener.beforeWait(forever, again);
  }

  private void sleep(long nanos) {
    waits();
    try {
      waiting.await(nanos);
    } finally {
      goesOn();
      hub.waited();
    }
  }

  // ---- looks from outside -----------------------------------------------------------------------

  /// Has `job` done on the loop's logical thread, where no user code may run, before the loop takes
  /// notice of timers that are due by then. If it was given another one meanwhile, that alone is
  /// done. Any thread.
  public void tell(Runnable job) {
    news = job;
    ask(); // ends its wait
  }

  private void takeNote() {
    var job = news;
    if (job != null) {
      news = null; // before it looks at what has changed
      job.run();
    }
  }

  private void waits() {
    var clock = busyClock;
    if (clock != null) {
      clock.waits(nanos());
    }
  }

  private void goesOn() {
    var clock = busyClock; // perhaps there was none when the wait began
    if (clock != null) {
      clock.goesOn(nanos());
    }
  }

  /// For how long the loop has been busy, and did not wait for something to do, since this was
  /// first called; a loop that does not run is not busy. From then on it takes the time for good.
  /// Any thread.
  ///
  /// @param now what [#nanos] shows
  public long busyNanos(long now) {
    var clock = keptClock;
    return Math.max(0, (clock != null ? clock : keepBusyClock()).busy(now) - busyBefore);
  }

  private synchronized BusyClock keepBusyClock() {
    var clock = keptClock;
    if (clock == null) {
      clock = beginBusyClock();
      busyBefore = clock.busy(nanos());
      keptClock = clock;
    }
    return clock;
  }

  /// The loop takes the time for which it is busy, until [#unwatchBusyTime]. Any thread.
  ///
  /// @return for how long it has been, in nanoseconds, up to now; what [#watchedBusyNanos] gives
  ///   goes on from there
  public synchronized long watchBusyTime() {
    busyWatchers++;
    return beginBusyClock().busy(nanos());
  }

  /// Unless others want to know it, it does so no more. Any thread.
  public synchronized void unwatchBusyTime() {
    busyWatchers--;
    if (busyWatchers == 0 && keptClock == null) {
      busyClock = null;
    }
  }

  /// For how long the loop has been busy, while somebody watches. The loop's logical thread, in a
  /// turn: so the clock goes right now even if it began just as a wait ended.
  ///
  /// @param now what [#nanos] shows
  public long watchedBusyNanos(long now) {
    var clock = busyClock;
    if (clock == null) {
      return 0; // the last one has just left
    }
    clock.goesOn(now);
    return clock.busy(now);
  }

  private synchronized BusyClock beginBusyClock() { // by whoever looks; the loop does not lock
    var clock = busyClock;
    if (clock == null) {
      // If a wait ends just now, it is taken to last until the next one: once, and for good
      // measure.
      clock = new BusyClock(nanos(), !running || waiting.isWaiting());
      busyClock = clock;
      if (waiting.isWaiting()) {
        clock.waits(nanos()); // it has begun to, and not seen the clock
      }
    }
    return clock;
  }

  /// Asks for a sign of life. Does not wait for it. Any thread.
  public Question ask() {
    var question = new Question(this);
    send(question);
    return question;
  }

  /// Has the loop note from now on what makes each entry ready, and when. The loop's logical thread
  /// only.
  ///
  /// @return where that can be read; `null` if the queue is one of a test
  public @Nullable WakeLog logWakes() {
    if (ready.getClass() == ReadyQueue.class) {
      ready = new WakeLog(ready);
    }
    return ready instanceof WakeLog log ? log : null;
  }

  /// Whether it does. The loop's logical thread only.
  public boolean logsWakes() {
    return ready instanceof WakeLog;
  }

  /// And now no more. The loop's logical thread only.
  public void logNoWakes() {
    if (ready instanceof WakeLog log) {
      var plain = new ReadyQueue();
      while (log.size() > 0) {
        plain.add(log.remove());
      }
      ready = plain;
    }
  }

  private void moveDueTimers() {
    if (timers.size() > 0) {
      long now = nanos();
      for (long due; (due = timers.firstNanos()) <= now; ) {
        ready.addDue(timers.removeFirst(), due, now);
      }
    }
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
        && !ready.isWatched()
        && inbox.isEmpty()
        && !channels.hasSelector() // whose events would have to be looked for
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
    waiting.send(entry);
    if (closed) {
      forwardLeftovers();
    }
  }

  /// See [Channels#letGo]. Another thread has the loop do it, whose selector may be waiting, and be
  /// locked as long as it does.
  public void letGo() {
    inTurn(() -> channels.letGo(running));
  }

  /// See [Channels#letGoOfAll]. Likewise.
  public void letGoOfAll() {
    inTurn(channels::letGoOfAll);
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
    channels.close();
  }

  // ---- interrupts -------------------------------------------------------------------------------

  /// Sets who is told that the thread in [#run] was interrupted; else the thread is interrupted
  /// again when the run ends. It is called by the loop's logical thread where no user code may run,
  /// with the fiber that has got the interrupt in a blocking call already, if one has.
  public void setInterruptListener(Consumer<@Nullable Fiber> listener) {
    interrupts.setListener(listener);
  }

  /// Takes the listener back. Returns whether there was an interrupt of which it was not told.
  public boolean removeInterruptListener() {
    return interrupts.removeListener();
  }

  @Override
  public boolean interrupted() {
    return interrupts.note();
  }

  @Override
  public void interruptedWhileBlocked() {
    interrupts.tell();
  }

  @Override
  public boolean isWaiting() {
    return waiting.isWaiting();
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
        if (goesOn(fiber, interlude ? REPORT_PATIENCE : blockingListener.patience())) {
          yield false;
        } else if (interlude) { // the report itself blocks
          blockingListener.leave(fiber);
          yield true;
        }
        report(fiber);
        yield false;
      }
    };
  }

  /// Whether a fiber has only offered its thread to others, or waits for a lock and gets it in
  /// time.
  private boolean goesOn(Fiber fiber, long nanos) {
    var thread = fiber.thread();
    return thread == null
        || thread.getState() == Thread.State.RUNNABLE
        || (LockWaits.isIn(thread) && hub.goesOnWithin(fiber, nanos));
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
  public void onCarrier(Runnable job) {
    send(new ForeignContinuation(job)); // it, too, is for the carrier; elsewhere it does nothing
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
