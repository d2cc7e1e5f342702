package jasyncio.internal.fiber;

import org.jspecify.annotations.Nullable;

/// Tells a [Hub] what to run: the event loop, seen from below.
public interface FiberSource {
  /// The fiber that runs next, or `null` to end [Hub#run]. May wait. Called by the logical thread
  /// where no user code may run.
  @Nullable Fiber next();

  /// The current fiber waits in a blocking call that is not ours. Called on the bare carrier.
  ///
  /// @return whether to go on with other fibers; if not, the hub waits for this one
  boolean blocked(Fiber fiber);

  /// A detached fiber could go on now. Called by any thread; must neither throw nor wait.
  void unblocked(Fiber fiber);

  /// Whose machine this is: an event loop, or what stands in its place.
  Object owner();

  /// The thread in [Hub#run] was interrupted. Called by any thread; must neither throw nor wait.
  ///
  /// @return whether that is the source's business; if not, the interrupt goes to the code that
  ///   runs, or comes again when the run ends
  boolean interrupted();

  /// Whether it waits, in [#next]. Called by any thread.
  boolean isWaiting();

  /// The current fiber waits in a blocking call, and the hub for it: the time to deal with what
  /// [#interrupted] was told. Called on the bare carrier.
  void interruptedWhileBlocked();

  /// Has `job` run on the bare carrier, in its turn; if the run ends before, elsewhere or not at
  /// all. Called by any thread; must neither throw nor wait.
  void onCarrier(Runnable job);

  /// A virtual thread that was started on a fiber, and so inherited its scheduler, wants to run.
  /// Called by any thread; must neither throw nor wait.
  void foreign(Runnable continuation);
}
