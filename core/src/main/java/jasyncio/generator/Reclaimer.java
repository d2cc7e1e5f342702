package jasyncio.generator;

import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.internal.base.Log;
import jasyncio.lowlevel.Lowlevel;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/// Closes a generator that nobody can iterate any more: its `finally` blocks run, and its stack is
/// given back.
///
/// Python does that as soon as the last reference is gone, here it happens when the garbage
/// collector has found out. A generator that was begun on a loop is closed by a task of that loop,
/// so that between two awaits nothing else runs there; any other one by a thread of its own, one
/// after the other.
final class Reclaimer implements Runnable {
  /* Overview
   * A generator's end:  watched -> dismissed   it has ended by itself; by whoever iterated
   *                     watched -> collected   nobody has it any more: run(), on the cleaner's thread, which sends an
   *                                            errand to its loop, or closes it there and then if it has none
   *                     watched -> asked       its loop asks with aclose(); by a task of the loop
   * Who comes second finds the stack ended, or in use: see needless(). `watch` belongs to whoever iterates.
   */
  private static final Cleaner CLEANER =
      Cleaner.create(
          Thread.ofPlatform()
                  .name("jasyncio-cleaner-generators")
                  .daemon()
                  .inheritInheritableThreadLocals(false)
              ::unstarted);

  private final GeneratorStack stack;
  private final @Nullable EventLoop loop;
  private Cleaner.@Nullable Cleanable watch;

  private Reclaimer(GeneratorStack stack, @Nullable EventLoop loop) {
    this.stack = stack;
    this.loop = loop;
  }

  /// Closes the stack when `owner` has been collected; an asynchronous one also when its loop asks.
  static Reclaimer watch(Object owner, GeneratorStack stack, @Nullable EventLoop loop) {
    var reclaimer = new Reclaimer(stack, loop);
    if (loop != null && stack.root().kind == GeneratorKind.ASYNC) {
      Lowlevel.registerAsyncgen(loop, reclaimer, reclaimer::aclose);
    }
    reclaimer.watch = CLEANER.register(owner, reclaimer);
    return reclaimer;
  }

  /// The generator has ended, or has not begun after all.
  void dismiss() {
    var w = watch;
    if (w != null) {
      w.clean(); // runs run() below, which finds nothing to do
    }
    forget();
  }

  private void forget() {
    var l = loop;
    if (l != null && l == EventLoop.running() && stack.root().kind == GeneratorKind.ASYNC) {
      Lowlevel.forgetAsyncgen(l, this);
    }
  }

  private boolean needless() {
    return stack.root().stack != stack || stack.isRunning();
  }

  /// Nobody has the generator any more. Called by the cleaner.
  @Override
  public void run() {
    if (needless()) {
      return;
    }
    var l = loop;
    if (l != null && !l.isClosed()) {
      var errand = new Errand(this);
      CLEANER.register(errand, this); // a loop that is closed drops it
      try {
        l.callSoonThreadsafe(errand);
        return;
      } catch (IllegalStateException e) {
        assert l.isClosed();
      }
    }
    try {
      stack.root().close();
    } catch (Throwable e) {
      Log.log(Level.WARNING, () -> "Exception ignored in: " + this, e);
    }
  }

  /// Closes it, on its loop.
  void aclose() {
    stack.root().ensureNotRunning("aclose");
    stack.root().close();
  }

  private void closeInTask(EventLoop l) {
    forget();
    l.createTask(() -> {
      try {
        aclose();
      } catch (Exception e) {
        l.callExceptionHandler(
            ErrorContext.of("Exception ignored in: " + this).exception(e).detail("asyncgen", this));
      }
    });
  }

  @Override
  public String toString() {
    return stack.root().toString();
  }

  /// Asks the loop to close it.
  private record Errand(Reclaimer reclaimer) implements Runnable {
    @Override
    public void run() {
      var l = reclaimer.loop;
      if (l != null && !reclaimer.needless()) {
        reclaimer.closeInTask(l);
      }
    }
  }
}
