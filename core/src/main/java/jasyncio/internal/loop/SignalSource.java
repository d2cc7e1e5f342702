package jasyncio.internal.loop;

/// Where a loop's signals come from, if not from the system.
public interface SignalSource {
  /// Has an action run whenever a signal comes, in place of what was run before.
  ///
  /// @param name such as `TERM`, in upper case and without `SIG`
  /// @param action which any thread may run
  /// @return what gives it the meaning back that it had before
  Runnable handle(String name, Runnable action);
}
