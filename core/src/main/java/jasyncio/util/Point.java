package jasyncio.util;

import jasyncio.CancelledError;
import jasyncio.internal.base.PointHook;
import java.util.Objects;

/// A place in a program that has a name, so that a test can have something happen just there.
///
/// ```java fragment
/// int stock = 1;
/// if (stock > 0) {
///   jasyncio.util.Point.at("before the sale"); // here a test lets another customer go first
///   stock--;
/// }
/// ```
///
/// In production nothing happens there, and nothing is paid but for a look at one field. In a test
/// `Points`, of the module `jasyncio.testing`, says who waits at a point until they are let on,
/// fails there, or is cancelled: for what can go wrong between two awaits, or only if two tasks
/// meet in a certain way. Counterparts: fail points of FreeBSD and of Rust's `fail`, barriers of
/// `turmoil`.
public final class Point {
  private Point() {}

  /// A point. Does not suspend, unless a test says so; then **cancellation** ends the wait. Any
  /// thread; only where a loop runs does something happen.
  ///
  /// Where a test has it fail, it throws what the test has said, which may be a checked exception
  /// that the compiler does not know of.
  ///
  /// @param name which one; several places may share a name. A constant: it is worked out even in
  ///   production
  /// @throws CancelledError if a test has the task cancelled here
  public static void at(String name) {
    var hook = PointHook.get();
    if (hook != null) {
      hook.accept(Objects.requireNonNull(name, "name"));
    }
  }
}
