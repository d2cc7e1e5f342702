package jasyncio.testing;

import jasyncio.testing.internal.net.Names;
import java.net.InetAddress;

/// The names of hosts as one [Host] finds them: those of all hosts of the simulation, and
/// `localhost`, unless something else is said here.
///
/// None of the methods suspends; they are called by the test's coroutine, or by the code of hosts.
public final class HostNames {
  private final SimulatedWorld world;
  private final Names names;

  HostNames(SimulatedWorld world, Names names) {
    this.world = world;
    this.names = names;
  }

  /// Has a name lead to a host, of whatever name that is: as DNS does when a service has moved, or
  /// when what it says is out of date.
  ///
  /// @param name the name that is looked up
  /// @param host the name of the host that it leads to
  /// @throws IllegalArgumentException if there is no such host
  public void point(String name, String host) {
    names.point(name, world.machine(host).addresses().toArray(InetAddress[]::new));
  }

  /// Has a name not be found, or be found again.
  ///
  /// @param name the name that is looked up
  /// @param fails whether it is not found
  public void fail(String name, boolean fails) {
    names.fail(name, fails);
  }

  /// Takes back what was said of a name.
  ///
  /// @param name the name
  public void reset(String name) {
    names.reset(name);
  }
}
