package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;

import jasyncio.lowlevel.Lowlevel;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Where a coroutine is driven by hand, or a generator is iterated.
public enum Place {
  PLATFORM_THREAD {
    @Override
    public <T> T call(Callable<T> code) throws Exception {
      return code.call();
    }
  },
  VIRTUAL_THREAD {
    @Override
    public <T> T call(Callable<T> code) throws Exception {
      var result = new CompletableFuture<T>();
      Thread.startVirtualThread(() -> {
        try {
          result.complete(code.call());
        } catch (Throwable e) {
          result.completeExceptionally(e);
        }
      });
      try {
        return result.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (Exception) e.getCause();
      }
    }
  },
  TASK {
    @Override
    public <T> T call(Callable<T> code) throws Exception {
      return run(code::call);
    }
  },
  CALLBACK {
    @Override
    public <T> T call(Callable<T> code) throws Exception {
      return run(() -> {
        var result = new CompletableFuture<T>();
        getRunningLoop()
            .callSoon(() -> {
              try {
                result.complete(code.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
        return await(result);
      });
    }
  },
  COROUTINE {
    @Override
    public <T> T call(Callable<T> code) throws Exception {
      var outer = Lowlevel.coroutine("outer", () -> Lowlevel.suspend(code.call()));
      @SuppressWarnings("unchecked")
      var result = (T) outer.send(null);
      outer.close();
      return result;
    }
  };

  /// Calls `code` there.
  public abstract <T> T call(Callable<T> code) throws Exception;
}
