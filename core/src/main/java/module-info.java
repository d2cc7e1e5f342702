import org.jspecify.annotations.NullMarked;

/// Python's asyncio for the JVM: coroutines, one event loop, tasks and cancellation on one thread.
///
/// Start with [jasyncio.Asyncio]; `import static jasyncio.Asyncio.*;` gives asyncio's functions
/// under their own names. No reference is `null` unless it is marked
/// [org.jspecify.annotations.Nullable].
///
/// System properties, read when a loop is created (`jasyncio.collect`: when one is closed;
/// `jasyncio.mainThread`: when a run begins; `jasyncio.interrupt.patience`: at a second Ctrl-C;
/// `jasyncio.processes`: before the first process is started; `jasyncio.traces`: when first
/// something fails):
///
/// | property | values | default |
/// | --- | --- | --- |
/// | `jasyncio.fibers` | `scheduled`, `portable` | scheduled where the JVM allows it |
/// | `jasyncio.blocking` | `block`, `switch`, `forbid` | `block` |
/// | `jasyncio.mainThread` | the name of the thread whose runs Ctrl-C cancels | the JVM's first |
/// | `jasyncio.interrupt.patience` | seconds after which a second Ctrl-C without effect ends the JVM | 2 |
/// | `jasyncio.debug` | `true`, `false` | `false`; so is the environment's `JASYNCIO_DEBUG=1` |
/// | `jasyncio.stall` | seconds for which a task may hold up its loop before a warning is logged; 0: no warnings | 1 |
/// | `jasyncio.insight` | `socket` or `socket:PATH`, `control`, `repl`; several with commas between: whether a socket is open for `jasyncio ps` and its like, whether they may change the program, and whether `jasyncio repl` may run code in it | none; read when the first loop runs |
/// | `jasyncio.collect` | `true`, `false` | `true`: a loop that closes while something may have been forgotten has garbage collected, once |
/// | `jasyncio.traces` | `folded`, `full`, `off` | `folded`: stack traces go on with the frames that awaited (`… awaited at`), and in reports and uncaught exceptions the library's own frames are folded; `full`: not folded; `off`: neither |
/// | `jasyncio.processes` | `posix`, `jdk` | posix where system and JVM allow it |
@NullMarked
@SuppressWarnings("module") // the test kit, which is built after this
module jasyncio {
  requires static transitive org.jspecify;
  requires static java.management; // how long the collector takes: for visitors, if it is there
  requires static jdk.jfr; // what somebody records: asked for before it is used
  requires jdk.unsupported; // sun.misc.Signal, the JVM's only access to signals

  exports jasyncio;
  exports jasyncio.files;
  exports jasyncio.generator;
  exports jasyncio.gevent;
  exports jasyncio.inspect;
  exports jasyncio.lowlevel;
  exports jasyncio.net;
  exports jasyncio.process;
  exports jasyncio.queue;
  exports jasyncio.sync;
  exports jasyncio.util;

  // The test kit puts parts of its own into a loop's machine.
  exports jasyncio.internal.base to
      jasyncio.testing;
  exports jasyncio.internal.loop to
      jasyncio.testing;
}
