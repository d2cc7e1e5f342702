package jasyncio;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import jasyncio.internal.loop.SignalSource;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// The process's signals. `sun.misc.Signal` is the JVM's only access to them.
final class Signals {
  /// What the JVM does not touch if it is ignored, even if it is told to.
  private static final Set<String> KEPT_IGNORED = Set.of("HUP", "INT", "TERM");

  private final EventLoop loop;
  private final @Nullable SignalSource source; // in place of the process
  private final Map<String, SignalHandler> previous = new HashMap<>();
  private final Map<String, Runnable> undos = new HashMap<>(); // of those that `source` handles

  Signals(EventLoop loop, @Nullable SignalSource source) {
    this.loop = loop;
    this.source = source;
  }

  /// Has `callback` run by the loop whenever the signal comes.
  void add(String name, Runnable callback) {
    var signal = signal(name);
    var handle = new Handle(loop, callback, Context.current()).repeating();
    if (source != null) {
      var undo = source.handle(signal.getName(), () -> loop.thread.sendUnlessClosed(handle));
      undos.putIfAbsent(signal.getName(), undo);
      return;
    }
    SignalHandler handler = s -> loop.thread.sendUnlessClosed(handle);
    var old = handle(signal, handler);
    if (old == SignalHandler.SIG_IGN && KEPT_IGNORED.contains(signal.getName())) {
      heed(signal);
      handle(signal, handler);
    }
    previous.putIfAbsent(signal.getName(), old);
  }

  /// Ends that the process ignores a signal, as whoever began it had it do: the JVM leaves it at
  /// that, and says nothing.
  @SuppressWarnings("restricted") // asked for by the user, or not done
  private static void heed(Signal signal) {
    if (!Signals.class.getModule().isNativeAccessEnabled()) {
      throw new IllegalStateException(
          "signal "
              + signal.getName()
              + " was ignored when the program began, as by nohup or in a background job, and the JVM"
              + " keeps it so; start the JVM with --enable-native-access="
              + (Signals.class.getModule().isNamed() ? "jasyncio" : "ALL-UNNAMED"));
    }
    try {
      var linker = Linker.nativeLinker();
      var type = FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS);
      var _ =
          (MemorySegment)
              linker
                  .downcallHandle(linker.defaultLookup().findOrThrow("signal"), type)
                  .invokeExact(signal.getNumber(), MemorySegment.NULL); // SIG_DFL
    } catch (Throwable e) {
      throw new IllegalStateException("signal " + signal.getName() + " stays ignored", e);
    }
  }

  /// Gives the signal its former meaning back; `false` if it had no callback.
  boolean remove(String name) {
    var signal = signal(name);
    var undo = undos.remove(signal.getName());
    if (undo != null) {
      undo.run();
      return true;
    }
    var old = previous.remove(signal.getName());
    if (old == null) {
      return false;
    }
    handle(signal, Interrupts.inForce(old));
    return true;
  }

  List<String> names() {
    return List.copyOf(source == null ? previous.keySet() : undos.keySet());
  }

  void removeAll() {
    undos.values().forEach(Runnable::run);
    undos.clear();
    previous.forEach((name, handler) -> handle(signal(name), Interrupts.inForce(handler)));
    previous.clear();
  }

  private static Signal signal(String name) {
    var upper = name.strip().toUpperCase(Locale.ROOT);
    try {
      return new Signal(upper.startsWith("SIG") ? upper.substring(3) : upper);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + name + "' is not a signal of this system; give a name such as INT or TERM", e);
    }
  }

  private static SignalHandler handle(Signal signal, SignalHandler handler) {
    try {
      return Signal.handle(signal, handler);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "signal " + signal.getName() + " cannot be caught: " + e.getMessage(), e);
    }
  }

  /// Has `action` run by a thread of the JVM's on Ctrl-C, unless the program has its own idea of
  /// that.
  ///
  /// @return what undoes it, or `null` if nothing was done
  static @Nullable Runnable onInterrupt(Runnable action) {
    var signal = new Signal("INT");
    var interrupts = new Interrupts(action);
    try {
      interrupts.before = Signal.handle(signal, interrupts);
    } catch (IllegalArgumentException e) {
      return null; // the JVM keeps its signals to itself (-Xrs)
    }
    Runnable undo = () -> interrupts.end(signal);
    if (isJvmDefault(interrupts.before)) {
      return undo;
    }
    undo.run();
    return null;
  }

  /// Ours, for the time of one run. The program may put a handler of its own over it and later
  /// bring it back when its time is over: then it stands for the one before.
  private static final class Interrupts implements SignalHandler {
    private final Runnable action;
    private volatile SignalHandler before = SignalHandler.SIG_DFL;
    private volatile boolean over;

    Interrupts(Runnable action) {
      this.action = action;
    }

    @Override
    public void handle(Signal signal) {
      if (over) {
        before.handle(signal);
      } else {
        action.run();
      }
    }

    void end(Signal signal) {
      over = true;
      var now = Signal.handle(signal, before);
      if (now != this) {
        Signal.handle(signal, now); // somebody else's
      }
    }

    static SignalHandler inForce(SignalHandler handler) {
      while (handler instanceof Interrupts interrupts && interrupts.over) {
        handler = interrupts.before;
      }
      return handler;
    }
  }

  /// The JVM shows its own handlers as objects of its own classes.
  private static boolean isJvmDefault(SignalHandler handler) {
    var name = handler.getClass().getName();
    return name.startsWith("sun.misc.") || name.startsWith("jdk.internal.");
  }
}
