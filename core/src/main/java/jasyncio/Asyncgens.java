package jasyncio;

import jasyncio.internal.base.Log;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The asynchronous generators that a loop has to close before it ends. Belongs to the loop's
/// thread.
final class Asyncgens {
  /// A generator, whatever its class takes for equal.
  private record Identity(Object generator) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Identity(var that) && that == generator;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(generator);
    }
  }

  private final EventLoop loop;
  private final Map<Identity, AutoCloseable> open = new LinkedHashMap<>(); // how to close them
  private boolean shutDown;

  Asyncgens(EventLoop loop) {
    this.loop = loop;
  }

  void register(Object generator, AutoCloseable aclose) {
    if (shutDown) {
      Log.log(
          Level.WARNING,
          () ->
              "asynchronous generator "
                  + generator
                  + " was scheduled after loop.shutdown_asyncgens() call");
    }
    open.put(new Identity(generator), aclose);
  }

  void forget(Object generator) {
    open.remove(new Identity(generator));
  }

  /// Those that are open.
  List<Object> open() {
    return open.keySet().stream().map(Identity::generator).toList();
  }

  /// Closes them, side by side. Suspends.
  void closeAll() {
    shutDown = true;
    if (open.isEmpty()) {
      return; // from wherever it is called
    }
    var generators = List.copyOf(open.keySet());
    var closing = generators.stream().map(this::closing).toList();
    var results = Gather.returningExceptions(loop, closing).await();
    for (int i = 0; i < generators.size(); i++) {
      if (results.get(i) instanceof Throwable e && !(e instanceof CancelledError)) {
        var generator = generators.get(i).generator;
        loop.callExceptionHandler(
            ErrorContext.of(
                    "an error occurred during closing of asynchronous generator "
                        + Describe.text(generator))
                .exception(e)
                .detail("asyncgen", generator));
      }
    }
  }

  /// One that is cancelled before it begins stays registered.
  private Awaitable<Void, Exception> closing(Identity generator) {
    Action<Exception> closing =
        () -> {
          var aclose = open.remove(generator);
          if (aclose != null) {
            aclose.close();
          }
        };
    return closing.asAwaitable();
  }
}
