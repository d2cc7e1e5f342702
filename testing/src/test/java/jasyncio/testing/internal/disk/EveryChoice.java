package jasyncio.testing.internal.disk;

import java.util.ArrayList;
import java.util.List;

/// Runs a program with every choice that its world can make, one after the other.
final class EveryChoice {
  private static final int MOST = 100_000;

  interface Program {
    void run(ScriptedWorld world) throws Exception;
  }

  private EveryChoice() {}

  /// {@return how many runs there were}
  static int run(Program program) throws Exception {
    List<Integer> script = new ArrayList<>();
    for (int runs = 1; runs <= MOST; runs++) {
      var world = new ScriptedWorld(script);
      try {
        program.run(world);
      } catch (Throwable e) {
        throw new AssertionError("with choices " + script + " of " + world.asked, e);
      }
      script = next(script, world.bounds);
      if (script.isEmpty()) {
        return runs;
      }
    }
    throw new AssertionError("more than " + MOST + " runs");
  }

  /// {@return the choices that come next; none if these were the last}
  private static List<Integer> next(List<Integer> script, List<Integer> bounds) {
    var choices = new ArrayList<Integer>();
    for (int i = 0; i < bounds.size(); i++) {
      choices.add(i < script.size() ? script.get(i) : 0);
    }
    while (!choices.isEmpty() && choices.getLast() + 1 >= bounds.get(choices.size() - 1)) {
      choices.removeLast();
    }
    if (!choices.isEmpty()) {
      choices.add(choices.removeLast() + 1);
    }
    return choices;
  }
}
