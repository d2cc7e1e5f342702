package jasyncio.testing.internal.disk;

import jasyncio.testing.internal.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// A world whose choices are given, and 0 when there are no more; it remembers what was asked.
final class ScriptedWorld implements World {
  private final List<Integer> script;
  final List<String> asked = new ArrayList<>();
  final List<Integer> bounds = new ArrayList<>();
  final List<String> notes = new ArrayList<>();
  private final List<Runnable> events = new ArrayList<>();
  private long nanos;

  ScriptedWorld(Integer... script) {
    this(List.of(script));
  }

  ScriptedWorld(List<Integer> script) {
    this.script = script;
  }

  @Override
  public long nanos() {
    return nanos += 1000;
  }

  @Override
  public void at(long time, Runnable event) {
    events.add(event);
  }

  void runEvents() {
    while (!events.isEmpty()) {
      events.removeFirst().run();
    }
  }

  @Override
  public int choose(String what, int bound) {
    if (bound <= 1) {
      return 0;
    }
    int n = asked.size();
    asked.add(what);
    bounds.add(bound);
    return n < script.size() ? Math.min(script.get(n), bound - 1) : 0;
  }

  @Override
  public void note(Supplier<String> what) {
    notes.add(what.get());
  }
}
