package jasyncio.recipes;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import java.lang.ScopedValue.CallableOp;

/// How a program has calls that block.
public enum Mode {
  /// The default policy: each call is handed to another thread by `toThread`.
  BLOCK(BlockingPolicy.BLOCK) {
    @Override
    public <T, X extends Exception> T call(CallableOp<T, X> call) throws X {
      return Asyncio.toThread(call);
    }
  },

  /// The policy for code that is there already: calls are made as they stand.
  SWITCH(BlockingPolicy.SWITCH) {
    @Override
    public <T, X extends Exception> T call(CallableOp<T, X> call) throws X {
      return call.call();
    }
  };

  private final BlockingPolicy policy;

  Mode(BlockingPolicy policy) {
    this.policy = policy;
  }

  /// Makes a call that blocks, in a task.
  public abstract <T, X extends Exception> T call(CallableOp<T, X> call) throws X;

  /// Makes a call that blocks and gives nothing, in a task.
  public <X extends Exception> void call(Action<X> call) throws X {
    this.<Boolean, X>call(() -> {
      call.run();
      return true;
    });
  }

  /// Asks again and again, in a task, until it is so.
  public <X extends Exception> void until(CallableOp<Boolean, X> condition) throws X {
    while (!call(condition)) {
      Asyncio.sleep(0.002);
    }
  }

  /// Runs a program on a loop with this policy.
  public <X extends Exception> void run(Action<X> program) throws X {
    Asyncio.run(program, RunOptions.defaults().blocking(policy));
  }
}
