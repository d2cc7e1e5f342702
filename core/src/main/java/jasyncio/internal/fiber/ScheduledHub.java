package jasyncio.internal.fiber;

import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Fibers are virtual threads whose scheduler is the fiber itself; the thread in [#run] carries
/// them.
///
/// Needs `--add-opens java.base/java.lang`; see [VirtualThreads#problem].
public final class ScheduledHub extends Hub {
  /* Overview
   * The thread in run() is only a carrier: it asks the source for a fiber and runs that fiber's
   * continuation, again and again. No user code runs on it, so it never needs a lock that a fiber holds.
   *
   * A fiber suspends with Thread.yield(), which leaves its continuation runnable; the JDK then hands
   * it to the Executor, which is the fiber, which keeps it. Compared with park/unpark this saves a
   * compare-and-set, is indifferent to interrupts, and on a stack that cannot be unmounted it comes
   * back at once and can be reported, where park would hang the loop.
   *
   * A fiber that gives up control by itself has `announced` that before. If it has neither announced nor ended
   * when the continuation comes back, then it waits in a blocking call of somebody else's (or an inspector
   * held the thread for a moment), and some thread will call execute() when it can go on:
   *
   *   step:  continuation.run() -> announced, or ended       done
   *                             -> neither,        BLOCK     wait for `permit`, run it again; so does FORBID
   *                                                SWITCH    `detached`; the source gets unblocked(fiber)
   *
   * An interrupt of the carrier shows in its flag, which the JDK clears as it mounts and unmounts a virtual thread. So we
   * look before that; and as one may come just then, there is an `ear`. Each is told of once, `known` counts them:
   *
   *   flag set -> seen     known + 1; the ear, which hears of it later, finds that the count has changed
   *            -> cleared  the ear hears of it and finds the count as it was: known + 1
   *
   * So an ear stays until it has heard something. While the source waits for channels, the JDK listens in its place; the
   * flag stays then. An interrupt is lost only if it is cleared, and whoever sends it finds that the wait has begun.
   *
   * execute() may be called by any thread at any time, also without cause: a continuation that is not
   * runnable returns at once, so one run too many does no harm, and one too few cannot happen because
   * `permit` is set before `detached` is read here, and read after it is set there.
   */
  private final boolean listed;
  private final ExecutorService threads;
  private final @Nullable ClassLoader contextLoader =
      Thread.currentThread().getContextClassLoader();

  private @Nullable ScheduledFiber starting; // carrier only: the fiber whose thread is being made
  private @Nullable Fiber target; // logical thread: where control goes when the current fiber stops
  private boolean hasTarget;
  private boolean toCaller; // the target is that whom the current fiber returns to
  private @Nullable Fiber waiting; // carrier only: the one that it waits for
  private boolean interrupted; // logical thread: to be told to the carrier when the run ends
  private long known; // logical thread: interrupts of the carrier
  private @Nullable CarrierEar ear; // carrier only
  private volatile @Nullable Thread carrier;
  private volatile boolean closed;

  /// A hub.
  ///
  /// @param listed whether thread dumps (`jcmd Thread.dump_to_file`) list its fibers, at some 90
  ///   bytes a fiber
  public ScheduledHub(FiberSource source, boolean listed) {
    super(source);
    scheduled();
    this.listed = listed;
    // An executor of its own is a lock domain of its own: starting and ending threads takes
    // locks of their container, which foreign threads must not hold.
    threads =
        Executors.newThreadPerTaskExecutor(
            task -> newThread(Objects.requireNonNull(starting), task));
  }

  private static void scheduled() {
    Fiber.scheduled = true;
  }

  private Thread newThread(ScheduledFiber fiber, Runnable task) {
    var thread = VirtualThreads.newThread(fiber, FIBER_NAME, task);
    thread.setContextClassLoader(contextLoader);
    fiber.thread = thread;
    return thread;
  }

  @Override
  public Fiber newFiber(Runnable body) {
    return new ScheduledFiber(this, body);
  }

  @Override
  public void run(@Nullable Fiber first) {
    if (Thread.currentThread().isVirtual()) { // only a platform thread can carry
      CarrierThread.run(() -> drive(first), source::interrupted);
    } else {
      drive(first);
    }
  }

  private void drive(@Nullable Fiber first) {
    interrupted = Thread.interrupted();
    if (first != null) {
      first.hub = this;
    }
    carrier = Thread.currentThread();
    if (first == null) { // else it is not for long
      listen();
      known += interrupted ? 1 : 0; // of which the ear may hear only now
    }
    try {
      for (var f = first != null ? first : source.next(); f != null; f = pick()) {
        step((ScheduledFiber) f);
      }
    } finally {
      current = null;
      carrier = null;
      stopListening();
      if (interrupted || Thread.interrupted()) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private @Nullable Fiber pick() {
    if (hasTarget) {
      hasTarget = false;
      var t = target;
      target = null;
      return t;
    }
    return source.next();
  }

  private void step(ScheduledFiber f) {
    if (isInterrupted()) { // mounting the fiber would clear it
      takeInterrupt();
    }
    current = f;
    f.announced = false;
    f.clearFlags();
    if (f.continuation == null) {
      start(f);
    }
    f.resume();
    while (!f.announced && !f.ended) {
      if (source.blocked(f)) {
        f.detached = true;
        if (f.permit) {
          source.unblocked(f);
        }
        return;
      }
      current = f;
      awaitPermit(f, Long.MAX_VALUE);
      f.permit = false;
      f.resume();
    }
  }

  private boolean awaitPermit(ScheduledFiber f, long nanos) {
    waiting = f;
    try {
      return f.awaitPermit(this, source, nanos);
    } finally {
      waiting = null;
    }
  }

  @Override
  public boolean goesOnWithin(Fiber fiber, long nanos) {
    return awaitPermit((ScheduledFiber) fiber, nanos);
  }

  private void start(ScheduledFiber f) {
    if (listed) {
      starting = f;
      threads.execute(f);
      starting = null;
    } else {
      VirtualThreads.start(newThread(f, f), threads);
    }
  }

  @Override
  public void waited() {
    takeInterrupt();
    listen();
  }

  /// Of the carrier, on it.
  private void takeInterrupt() {
    if (Thread.interrupted()) {
      noteInterrupt();
    }
  }

  private void noteInterrupt() {
    if (!tellOfInterrupt()) {
      interrupted = true;
    }
  }

  boolean tellOfInterrupt() {
    known++;
    return source.interrupted();
  }

  // ---- the ear ----------------------------------------------------------------------------------

  private void listen() {
    var e = ear;
    if (e == null) {
      e = new CarrierEar(known, heard -> source.onCarrier(() -> heard(heard)));
      ear = e;
    }
    if (e.isOpen()) {
      e.listen();
    }
  }

  /// Once in its life.
  private void heard(CarrierEar of) {
    if (Thread.currentThread() != carrier) {
      return; // the run has ended, and has said so
    }
    boolean seen = Thread.interrupted(); // maybe of another: the next ear is not to hear that again
    boolean lost = !seen && of.known == known;
    if (lost) {
      noteInterrupt();
    }
    if (of == ear) {
      ear = null;
      listen();
    }
    if (seen) {
      noteInterrupt();
    }
  }

  private void stopListening() {
    var e = ear;
    if (e != null && e.leave()) { // else it will hear no more, and may serve the next run
      interrupted |= e.known == known;
      known++;
    }
    if (e != null && e.known != known) {
      ear = null;
    }
  }

  @Override
  public boolean isInterrupted() {
    var c = carrier;
    return c != null && c.isInterrupted();
  }

  @Override
  boolean mayBlock(Fiber fiber) {
    var f = (ScheduledFiber) fiber;
    return !f.detached && !f.permit;
  }

  @Override
  public boolean noticesBlocked() {
    return true;
  }

  @Override
  public boolean takeInterrupt(Fiber fiber) {
    return VirtualThreads.clearInterrupt(Objects.requireNonNull(fiber.thread));
  }

  @Override
  public void wakeFromBlocked() {
    LockSupport.unpark(carrier);
  }

  @Override
  public void interlude(Fiber fiber) {
    var target0 = target;
    var hasTarget0 = hasTarget;
    hasTarget = false;
    for (Fiber f = fiber; f != null; f = hasTarget ? pick() : null) {
      step((ScheduledFiber) f);
    }
    target = target0;
    hasTarget = hasTarget0;
  }

  @Override
  public void returnEarly(Fiber callee) {
    target = callee.returnTo;
    hasTarget = true;
    callee.returnTo = null;
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // we are the scheduler that yield() is about
  public void switchTo(@Nullable Fiber to) {
    var self = (ScheduledFiber) Objects.requireNonNull(current);
    if (isInterrupted()) { // unmounting this would clear it
      noteInterruptOfCarrier(self);
    }
    aim(self, to);
    self.announced = true;
    try {
      Thread.yield(); // what goes on behind it may be run by another hub
    } catch (StackOverflowError e) {
      withdraw(self);
      throw e;
    }
    if (self.announced) { // it never left
      withdraw(self);
      throw new IllegalStateException(
          "cannot suspend here: a native frame is on the stack (a class initialiser, or a call from"
              + " native code); move the await out of it");
    }
  }

  @Override
  public void relieveStack() {
    switchTo(current);
  }

  /// A carrier shows an interrupt of the fiber that it carries, too.
  private void noteInterruptOfCarrier(ScheduledFiber self) {
    if (!Objects.requireNonNull(self.thread).isInterrupted()) {
      noteInterrupt();
    }
  }

  private void withdraw(ScheduledFiber self) {
    self.announced = false;
    if (toCaller) {
      self.returnTo = target;
    }
    hasTarget = false;
    target = null;
  }

  private void aim(Fiber self, @Nullable Fiber to) {
    toCaller = to == null && self.returnTo != null;
    if (toCaller) {
      to = self.returnTo;
      self.returnTo = null;
    }
    if (to != null) {
      target = to;
      hasTarget = true;
    }
  }

  /// The last act of a fiber, on the fiber.
  void end(ScheduledFiber self) {
    aim(self, null);
    self.ended = true;
  }

  /// A continuation was submitted, by any thread, that the carrier did not cause by itself.
  void unblocked(ScheduledFiber f) {
    if (f.ended || (closed && !f.announced)) {
      FallbackScheduler.run(
          f::resume); // what is left of it: the end of its thread, or of a closed loop
      return;
    }
    f.permit = true;
    if (f.detached) {
      source.unblocked(f);
    } else {
      LockSupport.unpark(carrier);
    }
  }

  @Override
  public void abandon(Fiber fiber) {
    FallbackScheduler.run(((ScheduledFiber) fiber)::resume);
  }

  boolean isCarrier(Thread thread) {
    return thread == carrier;
  }

  @Override
  public boolean isDetached(Fiber fiber) {
    return ((ScheduledFiber) fiber).detached;
  }

  @Override
  public @Nullable Thread blockedThread(Fiber fiber) {
    var f = (ScheduledFiber) fiber;
    return (f.detached || f == waiting) && !f.permit ? f.thread : null;
  }

  @Override
  public boolean reusesFibers() {
    return true;
  }

  @Override
  public boolean clean() {
    var self = Thread.currentThread();
    clean(self, contextLoader);
    if (VirtualThreads.hasLocals(self)) {
      return false;
    }
    VirtualThreads.clearReferences(self);
    return true;
  }

  @Override
  public boolean mayBeTouchedBy(Thread thread) {
    var c = carrier;
    return isCurrent(thread) || thread == c || c == null;
  }

  @Override
  public void close() {
    closed = true;
    threads.shutdown();
  }
}
