package jasyncio;

/// Runs a program whose time jumps whenever it waits, so that nothing depends on the machine.
public final class VirtualTime {
  private VirtualTime() {}

  /// Runs a program; fails if it waits for nothing, or leaves something.
  public static void run(Action<?> main) {
    var probe = new LoopProbe(entry -> {});
    try {
      var task = probe.loop.createTask(main);
      while (!task.done()) {
        probe.step();
        if (!task.done() && probe.isStill() && !probe.idle() && !probe.jump()) {
          throw new AssertionError("waits for ever: " + task);
        }
      }
      task.result();
      var left = probe.leftovers();
      if (!left.isEmpty()) {
        throw new AssertionError(left.toString());
      }
    } finally {
      probe.loop.close();
    }
  }
}
