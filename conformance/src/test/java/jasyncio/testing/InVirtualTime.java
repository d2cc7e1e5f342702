package jasyncio.testing;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.EventLoop;
import jasyncio.RunOptions;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopParts;
import jasyncio.internal.loop.ReadyQueue;
import org.jspecify.annotations.Nullable;

/// `Asyncio.run` on a loop that differs in nothing but its time, which jumps to the next timer when
/// nothing can run. A group of scenarios imports this one instead.
///
/// In the kit's package, as the kit keeps its virtual time to itself: what it offers are tests of
/// JUnit, which look after their loops more than a program does.
public final class InVirtualTime {
  private static final RunOptions OPTIONS =
      RunOptions.defaults().loopFactory(InVirtualTime::newEventLoop);

  private InVirtualTime() {}

  public static <T extends @Nullable Object, X extends Exception> T run(Awaitable<T, X> main)
      throws X {
    return Asyncio.run(main, OPTIONS);
  }

  public static <X extends Exception> void run(Action<X> main) throws X {
    Asyncio.run(main, OPTIONS);
  }

  /// The loop, for who runs it otherwise.
  public static EventLoop newEventLoop() {
    EventLoop.running(); // initialises the class that installs the access
    var parts = new LoopParts(VirtualTime::new, new ReadyQueue());
    return (EventLoop) LoopAccess.get().newLoop(null, parts, null);
  }
}
